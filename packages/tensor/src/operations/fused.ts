import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { unwrap, type Tensor } from "../tensor.js";
import type { ConvolutionOptions } from "./convolution.js";
import { pad } from "./shape.js";

export interface FusedConvolutionOptions extends Omit<ConvolutionOptions, "groups"> {
  readonly activation?: "none" | "rectifiedLinear";
}

/**
 * Convolution, bias and activation in one pass over the output: x [B,H,W,C], filter [k,k,C,O], bias [O]
 * -> [B,H',W',O]. For evaluation: under a gradient it is no faster than its three parts. Zeros are added as
 * `convolution` does, for the same reason.
 */
export function fusedConvolution(
  x: TensorLike,
  filter: TensorLike,
  bias: TensorLike,
  options: FusedConvolutionOptions = {},
): Tensor {
  const { stride = 1, padding = 0, activation = "none" } = options;
  const size = filter.shape[0] ?? 0;
  const same = stride === 1 && 2 * padding === size - 1;
  const zeros = [padding, padding] as const;
  return tf.tidy(() =>
    tf.fused.conv2d({
      x: (same || padding === 0 ? unwrap(x) : pad(x, [[0, 0], zeros, zeros, [0, 0]])) as tf.Tensor4D,
      filter: unwrap(filter) as tf.Tensor4D,
      strides: stride,
      pad: same ? "same" : "valid",
      bias: unwrap(bias),
      activation: activation === "none" ? "linear" : "relu",
    }),
  );
}
