import * as tf from "@tensorflow/tfjs";
import type { KernelDefinition } from "./register.js";

/**
 * Identity, which tfjs runs for every clone and for every tensor that it saves for a gradient: another handle of
 * the same numbers, as on cpu. tfjs's kernel copies them, which took a twentieth of a training step.
 */
export const identity: KernelDefinition = {
  name: tf.Identity,
  create: () => ({ inputs, workspace }) => {
    const { x } = inputs as { x: tf.TensorInfo };
    workspace.retain(x);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
};
