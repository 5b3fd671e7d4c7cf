import * as tf from "@tensorflow/tfjs";
import type { KernelDefinition } from "./register.js";

interface Attributes {
  readonly strides: [number, number] | number;
  readonly pad: "same" | "valid" | number | [[number, number], [number, number], [number, number], [number, number]];
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly filterShape: [number, number, number, number];
}

/**
 * Conv2DBackpropFilter, which tfjs lacks on wasm: x [N,H,W,C], dy [N,H',W',K] to [kH,kW,C,K].
 * Costs 1.0 to 1.3 times the forward convolution, where compositions of the engine's own kernels
 * cost 2.7 to 8 times (see the README).
 */
export const convolutionFilterGradient: KernelDefinition = {
  name: tf.Conv2DBackpropFilter,
  create: () => ({ inputs, attributes, workspace }) => {
    const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attributes as unknown as Attributes;
    if (dataFormat === "NCHW") throw new Error("the wasm engine computes convolutions in NHWC only, not NCHW");
    const shape = tf.backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number], filterShape, strides, 1, pad, dimRoundingMode,
    );
    const result = workspace.makeTensor(shape.filterShape);
    const { kernels, addressOf } = workspace;
    const scratchBytes = kernels.filterGradientScratchBytes(
      shape.inChannels, shape.outHeight, shape.outWidth, shape.outChannels,
      shape.filterHeight, shape.filterWidth, shape.strideHeight, shape.strideWidth,
    );
    workspace.withScratch(scratchBytes, (scratch) => {
      kernels.filterGradient(
        addressOf(x), addressOf(dy), addressOf(result), scratch,
        shape.batchSize, shape.inHeight, shape.inWidth, shape.inChannels,
        shape.outHeight, shape.outWidth, shape.outChannels,
        shape.filterHeight, shape.filterWidth, shape.strideHeight, shape.strideWidth,
        shape.padInfo.top, shape.padInfo.left,
      );
    });
    return result;
  },
};
