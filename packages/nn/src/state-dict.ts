import { weightsMismatch, type ParameterLike, type TensorLike, type Trainable } from "@kdf/core";
import { floats, integers, read } from "@kdf/tensor";
import { fromReference, layouts, toReference, type Layout } from "./layout.js";
import type { NamedArray, StoredArray } from "./safetensors.js";

/** Weights and running statistics by PyTorch's names, in PyTorch's layouts. */
export type StateDict = ReadonlyMap<string, NamedArray>;

const layoutOf = (parameter: ParameterLike): Layout => (parameter as { readonly layout?: Layout }).layout ?? layouts.plain;

/** The shape that a parameter has in PyTorch's state dict. */
export const storedShape = (parameter: ParameterLike): number[] => layoutOf(parameter).referenceShape(parameter.value.shape);

/** A parameter, or another `value` of its shape such as its gradient, in PyTorch's layout. Whole numbers are I64. */
export async function readStored(parameter: ParameterLike, value: TensorLike = parameter.value): Promise<NamedArray> {
  const data = toReference(await read(value), value.shape, layoutOf(parameter));
  return { dtype: data instanceof Int32Array ? "I64" : "F32", shape: storedShape(parameter), data };
}

/** Sets a parameter to values of its `storedShape`, in PyTorch's layout. */
export function assignStored(parameter: ParameterLike, { data }: Pick<StoredArray, "data">): void {
  const { shape, dtype } = parameter.value;
  const values = fromReference(data, shape, layoutOf(parameter));
  const value =
    dtype === "int32" ? integers(new Int32Array(values), shape) : floats(new Float32Array(values), shape);
  parameter.assign(value);
  value.dispose();
}

/** Reads every parameter. Whole numbers are I64, as PyTorch counts batches. */
export async function stateDict(model: Trainable): Promise<StateDict> {
  const entries = [...model.parameters()].map(async ([name, parameter]) => [name, await readStored(parameter)] as const);
  return new Map(await Promise.all(entries));
}

/**
 * Sets every parameter of `model`. KDF_WEIGHTS_MISMATCH lists what is missing, unexpected or of another shape, and
 * then nothing was set. Old PyTorch files have no `num_batches_tracked`: they may be missing.
 */
export function loadStateDict(
  model: Trainable & { readonly description?: { readonly network: string } },
  tensors: ReadonlyMap<string, StoredArray>,
  file: string,
): void {
  const parameters = model.parameters();
  const problems = [...stateDictProblems(model, tensors)];
  if (problems.length > 0) {
    throw weightsMismatch({ file, network: model.description?.network ?? "the module", problems });
  }
  for (const [name, parameter] of parameters) {
    const stored = tensors.get(name);
    if (stored !== undefined) assignStored(parameter, stored);
  }
}

const optional = (name: string): boolean => name.endsWith("num_batches_tracked");

/** What is missing, unexpected or of another shape among `tensors`, seen from the parameters of `model`. */
export function* stateDictProblems(model: Trainable, tensors: ReadonlyMap<string, Pick<StoredArray, "shape">>): Generator<string> {
  const parameters = model.parameters();
  for (const [name, parameter] of parameters) {
    const stored = tensors.get(name);
    const expected = storedShape(parameter);
    if (stored === undefined) {
      if (!optional(name)) yield `${name} is missing`;
    } else if (stored.shape.join() !== expected.join()) {
      yield `${name} has the shape [${stored.shape.join(", ")}], not [${expected.join(", ")}]`;
    }
  }
  for (const name of tensors.keys()) if (!parameters.has(name)) yield `${name} is not part of the network`;
}
