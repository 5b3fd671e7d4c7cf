import type { TensorLike } from "@kdf/core";
import { rectifiedLinear, scope, type Tensor } from "@kdf/tensor";
import type { BatchNormalization } from "./batch-normalization.js";
import type { Convolution } from "./convolution.js";
import type { Pass } from "./pass.js";

/**
 * Convolution, batch norm and, if asked for, max(·, 0): x [B,H,W,C] -> [B,H',W',O], owned by the caller.
 * Folding the norm into the filters for evaluation was measured on the wasm engine and gains nothing.
 */
export function normalizedConvolution(
  convolution: Convolution,
  normalization: BatchNormalization,
  x: TensorLike,
  pass: Pass,
  rectified: boolean,
): Tensor {
  return scope(() => {
    const normalized = normalization.forward(convolution.forward(x), pass);
    return rectified ? rectifiedLinear(normalized) : normalized;
  });
}
