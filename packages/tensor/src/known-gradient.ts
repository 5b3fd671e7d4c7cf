import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { unwrap, type Tensor } from "./tensor.js";

/** A scalar, and its gradient in each input, in the inputs' shapes and order. */
export interface KnownGradient {
  readonly value: TensorLike;
  readonly gradients: readonly TensorLike[];
}

/**
 * The scalar that `body` computes of `inputs`, with the gradients that it computes beside it. Nothing of `body` is recorded
 * for a gradient, and whatever it makes is disposed as it returns: for losses of which the gradient is known and what lies
 * between is large. The caller owns the result.
 */
export function knownGradient(body: (inputs: readonly Tensor[]) => KnownGradient, inputs: readonly TensorLike[]): Tensor {
  const operation = tf.customGrad((...given) => {
    const save = given.pop() as unknown as tf.GradSaveFunc;
    const { value, gradients } = body(given as Tensor[]);
    save(gradients.map(unwrap));
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => saved.map((gradient) => tf.mul(gradient, dy));
    return { value: unwrap(value), gradFunc };
  });
  return operation(...inputs.map(unwrap));
}
