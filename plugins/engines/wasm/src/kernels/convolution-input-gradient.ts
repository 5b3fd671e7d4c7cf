import * as tf from "@tensorflow/tfjs";
import type { Workspace } from "../native/workspace.js";
import { builtInKernel, type KernelDefinition } from "./register.js";

interface Attributes {
  readonly strides: [number, number] | number;
  readonly pad: "same" | "valid" | number | [[number, number], [number, number], [number, number], [number, number]];
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly inputShape: [number, number, number, number];
}

/** One dimension of one phase: every stride-th input position, computed as a convolution of the output gradient. */
interface Phase {
  readonly index: number;
  /** Taps of the filter that these positions see. */
  readonly taps: number;
  readonly padBefore: number;
  readonly padAfter: number;
  /** Input position of the first number; outside the input where the padding is wider than the filter. */
  readonly first: number;
}

/**
 * Input position i meets tap t of phase p at output position q - t, where i + pad = stride * q + p.
 * Where the padding of the forward convolution is so wide that this one's would be negative, positions
 * outside the input are computed too and dropped afterwards.
 */
function phasesOf(input: number, output: number, filter: number, stride: number, pad: number): Phase[] {
  return Array.from({ length: Math.min(filter, stride, input + pad) }, (_, index) => {
    const taps = Math.ceil((filter - index) / stride);
    const start = Math.min(Math.ceil((pad - index) / stride), taps - 1);
    const end = Math.floor((input - 1 + pad - index) / stride);
    return {
      index,
      taps,
      padBefore: taps - 1 - start,
      padAfter: Math.max(0, end - (output - 1)),
      first: stride * start + index - pad,
    };
  });
}

/**
 * Conv2DBackpropInput: dy [N,H',W',K], filter [kH,kW,C,K] to [N,H,W,C], as forward convolutions of dy with
 * the flipped filter, one for each phase of the stride. tfjs's own kernel is a plain loop, 8 to 12 times slower.
 */
export const convolutionInputGradient: KernelDefinition = {
  name: tf.Conv2DBackpropInput,
  create: () => {
    const convolution = builtInKernel(tf.Conv2D)!;
    return ({ inputs, attributes, workspace, backend }) => {
      const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
      const { strides, pad, dataFormat, dimRoundingMode, inputShape } = attributes as unknown as Attributes;
      if (dataFormat === "NCHW") throw new Error("the wasm engine computes convolutions in NHWC only, not NCHW");
      const shape = tf.backend_util.computeConv2DInfo(
        inputShape, filter.shape as [number, number, number, number], strides, 1, pad, dimRoundingMode,
      );
      const { inHeight, inWidth, inChannels, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = shape;
      const vertical = phasesOf(inHeight, shape.outHeight, filterHeight, strideHeight, padInfo.top);
      const horizontal = phasesOf(inWidth, shape.outWidth, filterWidth, strideWidth, padInfo.left);

      const { kernels, addressOf } = workspace;
      let result: tf.TensorInfo | undefined;
      for (const row of vertical) {
        for (const column of horizontal) {
          const taps = tapsOf(workspace, filter, [strideHeight, strideWidth], row, column);
          const gradient = convolution(
            { x: dy, filter: taps },
            {
              strides: [1, 1],
              dilations: [1, 1],
              pad: [[0, 0], [row.padBefore, row.padAfter], [column.padBefore, column.padAfter], [0, 0]],
              dataFormat: "NHWC",
            },
            backend,
          );
          workspace.disposeTensor(taps);
          const isWhole = strideHeight === 1 && strideWidth === 1 && tf.util.arraysEqual(gradient.shape, shape.inShape);
          if (isWhole) return gradient;
          if (result === undefined) {
            result = workspace.makeTensor(shape.inShape);
            // Positions that no tap reaches keep these zeros.
            if (filterHeight < strideHeight || filterWidth < strideWidth) {
              kernels.fillNumbers(addressOf(result), tf.util.sizeFromShape(shape.inShape), 0);
            }
          }
          kernels.scatterPhase(
            addressOf(gradient), addressOf(result), shape.batchSize, gradient.shape[1]!, gradient.shape[2]!, inChannels,
            inHeight, inWidth, strideHeight, strideWidth, row.first, column.first,
          );
          workspace.disposeTensor(gradient);
        }
      }
      return result!;
    };
  },
};

/** The taps of one phase, flipped: [tapsHeight, tapsWidth, K, C]. */
function tapsOf(
  workspace: Workspace, filter: tf.TensorInfo, strides: readonly [number, number], row: Phase, column: Phase,
): tf.TensorInfo {
  const [, filterWidth, inputChannels, outputChannels] = filter.shape as [number, number, number, number];
  const taps = workspace.makeTensor([row.taps, column.taps, outputChannels, inputChannels]);
  workspace.kernels.phaseFilter(
    workspace.addressOf(filter), workspace.addressOf(taps), filterWidth, inputChannels, outputChannels,
    ...strides, row.index, column.index, row.taps, column.taps,
  );
  return taps;
}
