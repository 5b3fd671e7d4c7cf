import { lossUnconnected, type TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import type { Parameter } from "./parameter.js";
import { recordable } from "./recording.js";
import { unwrap, type Tensor } from "./tensor.js";

export interface ValueAndGradients {
  /** scalar */
  readonly value: Tensor;
  /** In the parameter's shape; a parameter that the value does not depend on has none. Owned by the caller. */
  readonly gradients: ReadonlyMap<string, Tensor>;
}

/**
 * The scalar that `body` returns and its gradient in each of `parameters` that it depends on.
 * What `body` made is disposed, unless it was kept. KDF_LOSS_UNCONNECTED when it depends on none of them.
 */
export function valueAndGradients(
  body: () => TensorLike,
  parameters: ReadonlyMap<string, Parameter>,
): ValueAndGradients {
  const names = [...parameters.keys()];
  const { value, derivatives } = differentiate(body, [...parameters.values()].map((parameter) => parameter.value));
  const gradients = new Map<string, Tensor>();
  names.forEach((name, place) => {
    const derivative = derivatives[place];
    if (derivative !== undefined) gradients.set(name, derivative);
  });
  if (gradients.size === 0) {
    value.dispose();
    throw lossUnconnected({ parameters: names });
  }
  return { value, gradients };
}

/** The gradient of the scalar `body(inputs)` in each input; zeros where it does not depend on one. Owned by the caller. */
export function inputGradients(
  body: (inputs: readonly Tensor[]) => TensorLike,
  inputs: readonly TensorLike[],
): { readonly value: Tensor; readonly gradients: readonly Tensor[] } {
  const given = inputs.map(unwrap);
  const { value, derivatives } = differentiate(() => body(given), given);
  return { value, gradients: given.map((input, place) => derivatives[place] ?? tf.zerosLike(input)) };
}

interface Derivatives {
  readonly value: Tensor;
  readonly derivatives: readonly (Tensor | undefined)[];
}

function differentiate(body: () => TensorLike, inputs: Tensor[]): Derivatives {
  const engine = tf.engine();
  try {
    const { value, grads } = engine.gradients(() => unwrap(body()), inputs, undefined, true);
    return { value, derivatives: grads as (Tensor | undefined)[] };
  } catch (error) {
    disposeRecording();
    throw error;
  }
}

/** What was recorded for a gradient that is never computed would stay in memory. */
function disposeRecording(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  state.activeTape?.forEach((node) => tf.dispose(node.saved));
  state.activeTape = [];
}

/** Stops the gradient: the same values, as a constant. */
export const detach = recordable("detach", (a: TensorLike): Tensor => {
  const x = unwrap(a);
  const engine = tf.engine();
  const identity = tf.getKernel("Identity", tf.getBackend());
  // Called as a kernel, so that no recording sees it.
  const info = identity.kernelFunc({ inputs: { x }, backend: engine.backend, attrs: {} }) as tf.TensorInfo;
  return engine.makeTensorFromTensorInfo(info);
});
