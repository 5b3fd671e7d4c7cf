import { existsSync, readFileSync } from "node:fs";
import { probeInputInvalid, type TensorLike } from "@kdf/core";
import { decodeSafetensors, encodeSafetensors, type NamedArray, type StoredArray } from "@kdf/nn";
import { floats, integers, read } from "@kdf/tensor";
import { writeAtomically } from "../run-files.js";

/** Recorded tensors by name, with errors that say what the probe wanted. */
export class ProbeInputs {
  readonly file: string;
  readonly arrays: ReadonlyMap<string, StoredArray>;

  constructor(file: string) {
    this.file = file;
    if (!existsSync(file)) {
      throw probeInputInvalid({ file, problem: "it does not exist", expected: "a safetensors file" });
    }
    this.arrays = decodeSafetensors(readFileSync(file), file).tensors;
  }

  has(name: string): boolean {
    return this.arrays.has(name);
  }

  /** The array, of the rank that `form` writes, for example `[B,K]`. */
  get(name: string, form: string): StoredArray {
    const array = this.arrays.get(name);
    if (array === undefined) throw this.invalid(`it has no ${name}`, `${name} ${form}`);
    const rank = form === "[]" ? 0 : form.split(",").length;
    if (array.shape.length !== rank) throw this.invalid(`${name} has the shape [${array.shape.join(",")}]`, `${name} ${form}`);
    return array;
  }

  /** float32 on the engine, owned by the caller. */
  tensor(name: string, form: string): TensorLike {
    return toTensor(this.get(name, form));
  }

  numbers(name: string, form: string): Int32Array {
    return Int32Array.from(this.get(name, form).data as Iterable<number>, Number);
  }

  /** int32 on the engine, owned by the caller. */
  integers(name: string, form: string): TensorLike {
    return toIntegers(this.numbers(name, form));
  }

  /** Refuses arrays of which the first lengths differ; returns the length, undefined where none is there. */
  commonRows(names: readonly string[]): number | undefined {
    const present = names.filter((name) => this.has(name));
    const rows = (name: string): number => this.arrays.get(name)!.shape[0] ?? 0;
    const [first] = present;
    const other = present.find((name) => rows(name) !== rows(first!));
    if (other !== undefined) throw this.invalid(`${first} has ${rows(first!)} rows, ${other} has ${rows(other)}`, "as many rows in both");
    return first === undefined ? undefined : rows(first);
  }

  invalid(problem: string, expected: string): Error {
    return probeInputInvalid({ file: this.file, problem, expected });
  }
}

/** float32 unless `dtype` is int32; owned by the caller. */
export function toTensor(array: StoredArray, dtype = "float32"): TensorLike {
  const { data, shape } = array;
  return dtype === "int32"
    ? integers(Int32Array.from(data as Iterable<number>, Number), shape)
    : floats(Float32Array.from(data as Iterable<number>, Number), shape);
}

export function toIntegers(values: Int32Array): TensorLike {
  return integers(values, [values.length]);
}

/** Writes named tensors as safetensors; the tensors stay the caller's. */
export async function writeTensors(file: string, tensors: Readonly<Record<string, TensorLike>>): Promise<void> {
  const arrays = new Map<string, NamedArray>();
  for (const [name, tensor] of Object.entries(tensors)) arrays.set(name, await readArray(tensor));
  writeArrays(file, arrays);
}

export async function readArray(tensor: TensorLike): Promise<NamedArray> {
  const data = await read(tensor);
  return { dtype: data instanceof Int32Array ? "I32" : "F32", shape: [...tensor.shape], data };
}

export function writeArrays(file: string, arrays: ReadonlyMap<string, NamedArray>): void {
  writeAtomically(file, encodeSafetensors(arrays, {}));
}
