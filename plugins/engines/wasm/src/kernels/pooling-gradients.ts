import * as tf from "@tensorflow/tfjs";
import type { KernelDefinition } from "./register.js";

interface Attributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: "same" | "valid" | number | [[number, number], [number, number], [number, number], [number, number]];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

function shapeOf(input: tf.TensorInfo, { filterSize, strides, pad, dimRoundingMode }: Attributes) {
  return tf.backend_util.computePool2DInfo(
    input.shape as [number, number, number, number], filterSize, strides, 1, pad, dimRoundingMode,
  );
}

/** MaxPoolGrad: dy [N,H',W',C], input [N,H,W,C] to [N,H,W,C]; of equal values the first takes all, as on cpu. */
export const maximumPoolGradient: KernelDefinition = {
  name: tf.MaxPoolGrad,
  create: () => ({ inputs, attributes, workspace }) => {
    const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
    const shape = shapeOf(input, attributes as unknown as Attributes);
    const result = workspace.makeTensor(input.shape);
    const { kernels, addressOf } = workspace;
    kernels.maximumPoolGradient(
      addressOf(input), addressOf(dy), addressOf(result), shape.batchSize, shape.inHeight, shape.inWidth, shape.inChannels,
      shape.outHeight, shape.outWidth, shape.filterHeight, shape.filterWidth, shape.strideHeight, shape.strideWidth,
      shape.padInfo.top, shape.padInfo.left,
    );
    return result;
  },
};

/** AvgPoolGrad: dy [N,H',W',C] to [N,H,W,C], without padding; with padding tfjs's own kernel serves. */
export const averagePoolGradient: KernelDefinition = {
  name: tf.AvgPoolGrad,
  create: (original) => ({ inputs, attributes, workspace, backend }) => {
    const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
    const shape = shapeOf(input, attributes as unknown as Attributes);
    const { top, bottom, left, right } = shape.padInfo;
    if (top + bottom + left + right > 0) return original!(inputs, attributes, backend);
    const result = workspace.makeTensor(input.shape);
    const { kernels, addressOf } = workspace;
    kernels.averagePoolGradient(
      addressOf(dy), addressOf(result), shape.batchSize, shape.inHeight, shape.inWidth, shape.inChannels,
      shape.outHeight, shape.outWidth, shape.filterHeight, shape.filterWidth, shape.strideHeight, shape.strideWidth,
    );
    return result;
  },
};
