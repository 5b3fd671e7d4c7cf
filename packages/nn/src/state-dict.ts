import { weightsMismatch, type ParameterLike, type Trainable } from "@kdf/core";
import { floats, integers, read } from "@kdf/tensor";
import { fromReference, layouts, toReference, type Layout } from "./layout.js";
import type { NamedArray, StoredArray } from "./safetensors.js";

/** Weights and running statistics by PyTorch's names, in PyTorch's layouts. */
export type StateDict = ReadonlyMap<string, NamedArray>;

const layoutOf = (parameter: ParameterLike): Layout => (parameter as { readonly layout?: Layout }).layout ?? layouts.plain;

/** Reads every parameter. Whole numbers are I64, as PyTorch counts batches. */
export async function stateDict(model: Trainable): Promise<StateDict> {
  const entries = [...model.parameters()].map(async ([name, parameter]): Promise<[string, NamedArray]> => {
    const { value } = parameter;
    const layout = layoutOf(parameter);
    const data = toReference(await read(value), value.shape, layout);
    return [name, { dtype: data instanceof Int32Array ? "I64" : "F32", shape: layout.referenceShape(value.shape), data }];
  });
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
  const problems = [...mismatches(parameters, tensors)];
  if (problems.length > 0) {
    throw weightsMismatch({ file, network: model.description?.network ?? "the module", problems });
  }
  for (const [name, parameter] of parameters) {
    const stored = tensors.get(name);
    if (stored !== undefined) assign(parameter, stored);
  }
}

const optional = (name: string): boolean => name.endsWith("num_batches_tracked");

function* mismatches(
  parameters: ReadonlyMap<string, ParameterLike>,
  tensors: ReadonlyMap<string, StoredArray>,
): Generator<string> {
  for (const [name, parameter] of parameters) {
    const stored = tensors.get(name);
    const expected = layoutOf(parameter).referenceShape(parameter.value.shape);
    if (stored === undefined) {
      if (!optional(name)) yield `${name} is missing`;
    } else if (stored.shape.join() !== expected.join()) {
      yield `${name} has the shape [${stored.shape.join(", ")}], not [${expected.join(", ")}]`;
    }
  }
  for (const name of tensors.keys()) if (!parameters.has(name)) yield `${name} is not part of the network`;
}

function assign(parameter: ParameterLike, { data }: StoredArray): void {
  const { shape, dtype } = parameter.value;
  const values = fromReference(data, shape, layoutOf(parameter));
  const value =
    dtype === "int32" ? integers(new Int32Array(values), shape) : floats(new Float32Array(values), shape);
  parameter.assign(value);
  value.dispose();
}
