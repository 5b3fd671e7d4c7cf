import * as tf from "@tensorflow/tfjs";
import type { KernelDefinition } from "./register.js";

/**
 * UnsortedSegmentSum, the gradient of gather, which tfjs lacks on wasm:
 * x [...rows, ...row], segmentIds [...rows] (int32) to [numSegments, ...row].
 */
export const unsortedSegmentSum: KernelDefinition = {
  name: tf.UnsortedSegmentSum,
  create: () => ({ inputs, attributes, workspace }) => {
    const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
    if (x.dtype !== "float32") {
      throw new Error(`unsortedSegmentSum on the wasm engine adds float32 numbers, not ${x.dtype}: cast them first`);
    }
    const segmentCount = attributes["numSegments"] as number;
    const rowShape = x.shape.slice(segmentIds.shape.length);
    const result = workspace.makeTensor([segmentCount, ...rowShape]);
    const { kernels, addressOf } = workspace;
    kernels.segmentSum(
      addressOf(x), addressOf(segmentIds), addressOf(result),
      tf.util.sizeFromShape(segmentIds.shape), tf.util.sizeFromShape(rowShape), segmentCount,
    );
    return result;
  },
};
