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
    const { kernels, runner, addressOf } = workspace;
    const scratchBytes = kernels.filterGradientScratchBytes(
      shape.inChannels, shape.outHeight, shape.outWidth, shape.outChannels,
      shape.filterHeight, shape.filterWidth, shape.strideHeight, shape.strideWidth,
    );
    const parts = partsOf(shape.filterHeight, shape.outChannels, runner.threads);
    workspace.withScratch(parts.length * scratchBytes, (scratch) => {
      runner.run("filterGradient", parts.map((part, index) => [
        addressOf(x), addressOf(dy), addressOf(result), scratch + index * scratchBytes,
        shape.batchSize, shape.inHeight, shape.inWidth, shape.inChannels,
        shape.outHeight, shape.outWidth, shape.outChannels,
        shape.filterHeight, shape.filterWidth, shape.strideHeight, shape.strideWidth,
        shape.padInfo.top, shape.padInfo.left, ...part,
      ]));
    });
    return result;
  },
};

/** Output channels that the kernel does at once. */
const TILE_CHANNELS = 8;

type Part = readonly [firstFilterRow: number, endFilterRow: number, firstChannel: number, endChannel: number];

/** Cuts the result into about equal parts for so many threads: by output channels, and where these are few by filter rows too. */
function partsOf(filterHeight: number, outputChannels: number, threads: number): Part[] {
  const tiles = Math.ceil(outputChannels / TILE_CHANNELS);
  const columns = Math.min(tiles, threads);
  const rows = columns < threads ? Math.min(filterHeight, Math.ceil(threads / columns)) : 1;
  const cut = (size: number, pieces: number, index: number): number => Math.floor((size * index) / pieces);
  const channelAt = (column: number): number => Math.min(outputChannels, cut(tiles, columns, column) * TILE_CHANNELS);
  return Array.from({ length: rows * columns }, (_, index) => {
    const row = Math.floor(index / columns);
    const column = index % columns;
    return [cut(filterHeight, rows, row), cut(filterHeight, rows, row + 1), channelAt(column), channelAt(column + 1)];
  });
}
