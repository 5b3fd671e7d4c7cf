import * as tf from "@tensorflow/tfjs";
import { builtInKernel, type KernelDefinition } from "./register.js";

interface Attributes {
  readonly strides: [number, number] | number;
  readonly pad: "same" | "valid" | number | [[number, number], [number, number], [number, number], [number, number]];
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly inputShape: [number, number, number, number];
}

/** How one dimension of the input gradient is computed as a convolution of the output gradient. */
interface Dimension {
  /** Input positions modulo the stride that any tap of the filter reaches. */
  readonly phases: number;
  /** Taps of the filter in one phase, at most. */
  readonly taps: number;
  readonly padBefore: number;
  readonly padAfter: number;
}

/** Paddings come out negative where whole output pixels see nothing but padding. */
function dimensionOf(input: number, output: number, filter: number, stride: number, pad: number): Dimension {
  const taps = Math.ceil(filter / stride);
  const first = Math.floor(pad / stride);
  const last = Math.floor((input - 1 + pad) / stride);
  return {
    phases: Math.min(filter, stride),
    taps,
    padBefore: taps - 1 - first,
    padAfter: last - (output - 1),
  };
}

/**
 * Conv2DBackpropInput: dy [N,H',W',K], filter [kH,kW,C,K] to [N,H,W,C], as one forward convolution
 * of dy with the flipped filter, for a stride s with s*s groups of output channels, one for each
 * phase of the input's positions. tfjs's own kernel is a plain loop, 8 to 10 times slower.
 */
export const convolutionInputGradient: KernelDefinition = {
  name: tf.Conv2DBackpropInput,
  create: (original) => ({ inputs, attributes, workspace, backend }) => {
    const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const { strides, pad, dataFormat, dimRoundingMode, inputShape } = attributes as unknown as Attributes;
    if (dataFormat === "NCHW") throw new Error("the wasm engine computes convolutions in NHWC only, not NCHW");
    const shape = tf.backend_util.computeConv2DInfo(
      inputShape, filter.shape as [number, number, number, number], strides, 1, pad, dimRoundingMode,
    );
    const { batchSize, inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth } = shape;
    const { strideHeight, strideWidth, padInfo } = shape;
    const vertical = dimensionOf(inHeight, shape.outHeight, filterHeight, strideHeight, padInfo.top);
    const horizontal = dimensionOf(inWidth, shape.outWidth, filterWidth, strideWidth, padInfo.left);
    const paddings = [vertical.padBefore, vertical.padAfter, horizontal.padBefore, horizontal.padAfter];
    const convolution = builtInKernel(tf.Conv2D);
    if (convolution === undefined || paddings.some((padding) => padding < 0)) {
      // Padding as wide as the filter: rare enough to leave to the slow kernel.
      if (original === undefined) throw new Error("the wasm engine has no Conv2DBackpropInput kernel");
      return original(inputs, attributes, backend);
    }

    const { kernels, addressOf } = workspace;
    const phases = vertical.phases * horizontal.phases;
    const phaseFilter = workspace.makeTensor([vertical.taps, horizontal.taps, outChannels, phases * inChannels]);
    kernels.subpixelFilter(
      addressOf(filter), addressOf(phaseFilter), filterHeight, filterWidth, inChannels, outChannels,
      strideHeight, strideWidth, vertical.taps, horizontal.taps, vertical.phases, horizontal.phases,
    );
    const phaseGradient = convolution(
      { x: dy, filter: phaseFilter },
      {
        strides: [1, 1],
        dilations: [1, 1],
        pad: [[0, 0], [vertical.padBefore, vertical.padAfter], [horizontal.padBefore, horizontal.padAfter], [0, 0]],
        dataFormat: "NHWC",
      },
      backend,
    );
    workspace.disposeTensor(phaseFilter);
    if (strideHeight === 1 && strideWidth === 1) return phaseGradient;

    const result = workspace.makeTensor(shape.inShape);
    kernels.interleavePhases(
      addressOf(phaseGradient), addressOf(result), batchSize, phaseGradient.shape[1]!, phaseGradient.shape[2]!,
      inChannels, inHeight, inWidth, strideHeight, strideWidth, vertical.phases, horizontal.phases,
      padInfo.top, padInfo.left,
    );
    workspace.disposeTensor(phaseGradient);
    return result;
  },
};
