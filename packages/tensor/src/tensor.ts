import type { TensorLike } from "@kdf/core";
import type * as tf from "@tensorflow/tfjs";

/** A tensor of the running engine. Contracts pass tensors as `TensorLike`; there is no other implementation. */
export type Tensor = tf.Tensor;

/** The engine's view of a contract's tensor. */
export function unwrap(value: TensorLike): Tensor {
  return value as Tensor;
}
