import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import type { Parameter } from "./parameter.js";
import { unwrap, type Tensor } from "./tensor.js";

export interface ValueAndGradients {
  /** scalar */
  readonly value: Tensor;
  /** One per parameter, in its shape; a parameter that the value does not depend on has zeros. Owned by the caller. */
  readonly gradients: ReadonlyMap<string, Tensor>;
}

/**
 * The scalar that `body` returns and its gradient in each of `parameters`.
 * What `body` made is disposed, unless it was kept.
 */
export function valueAndGradients(
  body: () => TensorLike,
  parameters: ReadonlyMap<string, Parameter>,
): ValueAndGradients {
  const names = [...parameters.keys()];
  const variables = [...parameters.values()].map((parameter) => parameter.variable);
  const { value, grads } = tf.variableGrads(() => unwrap(body()) as tf.Scalar, variables);
  const gradients = new Map<string, Tensor>();
  names.forEach((name, position) => {
    const variable = variables[position]!;
    gradients.set(name, grads[variable.name] ?? tf.zerosLike(variable));
  });
  return { value, gradients };
}

/** The gradient of the scalar `body(inputs)` in each input. Owned by the caller. */
export function inputGradients(
  body: (inputs: readonly Tensor[]) => TensorLike,
  inputs: readonly TensorLike[],
): { readonly value: Tensor; readonly gradients: readonly Tensor[] } {
  const { value, grads } = tf.valueAndGrads((...given: Tensor[]) => unwrap(body(given)) as tf.Scalar)(inputs.map(unwrap));
  return { value, gradients: grads };
}

/** Stops the gradient: the value as a constant. */
export function detach(a: TensorLike): Tensor {
  return tf.customGrad((x: unknown) => ({
    value: tf.clone(x as Tensor),
    gradFunc: (upstream: Tensor) => tf.zerosLike(upstream),
  }))(unwrap(a));
}
