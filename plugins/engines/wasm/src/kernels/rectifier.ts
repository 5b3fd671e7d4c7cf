import * as tf from "@tensorflow/tfjs";
import type { KernelDefinition } from "./register.js";

export const RECTIFIER = "KdfRectifier";
export const RECTIFIER_GRADIENT = "KdfRectifierGradient";

/** max(x, 0), under a name of our own so that it can have our gradient. */
export const rectifier: KernelDefinition = {
  name: RECTIFIER,
  create: () => ({ inputs, workspace }) => {
    const { x } = inputs as { x: tf.TensorInfo };
    const result = workspace.makeTensor(x.shape);
    const { kernels, addressOf } = workspace;
    kernels.rectify(addressOf(x), addressOf(result), tf.util.sizeFromShape(x.shape));
    return result;
  },
};

/** output, dy of one shape to dy where output is above 0; one pass, where tfjs's composition takes three. */
export const rectifierGradient: KernelDefinition = {
  name: RECTIFIER_GRADIENT,
  create: () => ({ inputs, workspace }) => {
    const { output, dy } = inputs as Record<"output" | "dy", tf.TensorInfo>;
    const { kernels, addressOf, makeTensor } = workspace;
    const result = makeTensor(output.shape);
    kernels.rectifierGradient(addressOf(output), addressOf(dy), addressOf(result), tf.util.sizeFromShape(output.shape));
    return result;
  },
};

export const rectifierGradientRule: tf.GradConfig = {
  kernelName: RECTIFIER,
  outputsToSave: [true],
  gradFunc: (dy, [output]) => ({
    x: () => tf.engine().runKernel(RECTIFIER_GRADIENT, { output: output!, dy: dy as tf.Tensor }) as tf.Tensor,
  }),
};
