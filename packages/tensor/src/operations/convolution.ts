import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";
import { concatenate, pad, slice, split } from "./shape.js";

export interface ConvolutionOptions {
  readonly stride?: number;
  /** Zeros on each side, the same on all four, as PyTorch pads. */
  readonly padding?: number;
  readonly groups?: number;
}

type Images = tf.Tensor4D;

/**
 * x [B,H,W,C] with filter [k,k,C/groups,O] -> [B,H',W',O].
 * TensorFlow's "same" pads the end more than the beginning when the stride is not 1, and engines refuse explicit
 * padding in the filter's gradient: so "same" serves only where it is symmetric, else the zeros are added first.
 */
export const convolution = recordable("convolution", (x: TensorLike, filter: TensorLike, options: ConvolutionOptions = {}): Tensor => {
  const { stride = 1, padding = 0, groups = 1 } = options;
  if (groups > 1) return groupedConvolution(x, filter, { stride, padding, groups });
  const size = filter.shape[0] ?? 0;
  if (stride === 1 && 2 * padding === size - 1) {
    return tf.conv2d(unwrap(x) as Images, unwrap(filter) as Images, 1, "same");
  }
  return tf.conv2d(padded(x, padding), unwrap(filter) as Images, stride, "valid");
});

/** x [B,H,W,C] with filter [k,k,C,m] -> [B,H',W',C·m]: every channel has filters of its own. */
export const depthwiseConvolution = recordable("depthwiseConvolution", (x: TensorLike, filter: TensorLike, options: Omit<ConvolutionOptions, "groups"> = {}): Tensor => {
  const { stride = 1, padding = 0 } = options;
  const size = filter.shape[0] ?? 0;
  if (stride === 1 && 2 * padding === size - 1) {
    return tf.depthwiseConv2d(unwrap(x) as Images, unwrap(filter) as Images, 1, "same");
  }
  return tf.depthwiseConv2d(padded(x, padding), unwrap(filter) as Images, stride, "valid");
});

/**
 * x [B,H,W,C] with filter [k,k,O,C] -> [B,H',W',O], H' = (H - 1)·stride + k - 2·padding, as PyTorch's `conv_transpose2d`:
 * what a convolution with this filter, from O channels to C, does to its input's gradient.
 */
export const transposedConvolution = recordable("transposedConvolution", (x: TensorLike, filter: TensorLike, options: Omit<ConvolutionOptions, "groups"> = {}): Tensor => {
  const { stride = 1, padding = 0 } = options;
  const [batch = 0, height = 0, width = 0] = x.shape;
  const [size = 0, , outputs = 0] = filter.shape;
  const transposed = (shape: [number, number, number, number], pad: "same" | "valid"): Tensor =>
    tf.conv2dTranspose(unwrap(x) as Images, unwrap(filter) as Images, shape, stride, pad);
  if (stride === 1 && 2 * padding === size - 1) return transposed([batch, height, width, outputs], "same");
  const [tall, wide] = [(height - 1) * stride + size, (width - 1) * stride + size];
  if (padding === 0) return transposed([batch, tall, wide, outputs], "valid");
  return tf.tidy(() => slice(transposed([batch, tall, wide, outputs], "valid"), [0, padding, padding, 0], [batch, tall - 2 * padding, wide - 2 * padding, outputs]));
});

/** One filter with zeros between the groups instead takes 1.3 to 1.9 times as long (1x1 of a ShuffleNet, with gradients, on wasm). */
function groupedConvolution(x: TensorLike, filter: TensorLike, options: Required<ConvolutionOptions>): Tensor {
  const { groups, ...rest } = options;
  const channels = x.shape[3] ?? 0;
  const outputs = filter.shape[3] ?? 0;
  const inputs = split(x, Array<number>(groups).fill(channels / groups), 3);
  const filters = split(filter, Array<number>(groups).fill(outputs / groups), 3);
  return concatenate(
    inputs.map((input, group) => convolution(input, filters[group]!, rest)),
    3,
  );
}

function padded(x: TensorLike, padding: number, value = 0): Images {
  if (padding === 0) return unwrap(x) as Images;
  return pad(x, [[0, 0], [padding, padding], [padding, padding], [0, 0]], value) as Images;
}

/** x [B,H,W,C]; padding is less than any value; what does not fill a window at the end is left out. */
export const maximumPool = recordable("maximumPool", (x: TensorLike, size: number, stride = size, padding = 0): Tensor =>
  tf.maxPool(padded(x, padding, lowest), size, stride, "valid"));

/** Of float32. Infinity itself is no literal in the shaders of some engines. */
const lowest = -3.4028234e38;

/** x [B,H,W,C]; zeros added on each side count in the mean, as in PyTorch. */
export const averagePool = recordable("averagePool", (x: TensorLike, size: number, stride = size, padding = 0): Tensor =>
  tf.avgPool(padded(x, padding), size, stride, "valid"));

/** [B,H,W,C] -> [B,C] */
export const globalAveragePool = recordable("globalAveragePool", (x: TensorLike): Tensor => {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  if (height === width) {
    return tf.reshape(tf.avgPool(unwrap(x) as Images, height, 1, "valid"), [batch, channels]);
  }
  return tf.mean(unwrap(x), [1, 2]);
});
