import type { PickleObject } from "../pickle/read-pickle.js";

/** Types of elements, by the names that safetensors has for them. */
export type TorchType = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "I16" | "I8" | "U8" | "BOOL";

export const elementSizes: Readonly<Record<TorchType, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 };

/** Elements in a row, which tensors are views of. */
export class TorchStorage implements PickleObject {
  readonly key: string;
  readonly dtype: TorchType;
  readonly length: number;
  #bytes: Uint8Array = new Uint8Array();

  constructor(key: string, dtype: TorchType, length: number) {
    this.key = key;
    this.dtype = dtype;
    this.length = length;
  }

  /** In bytes. */
  get size(): number {
    return this.length * elementSizes[this.dtype];
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  setState(): never {
    throw new Error("it gives a storage a state");
  }

  /** @throws Error for bytes of another length than the pickle says */
  fill(bytes: Uint8Array): void {
    if (bytes.length !== this.size) throw new Error(`the storage ${this.key} has ${bytes.length} bytes, and ${this.length} elements of ${this.dtype} have ${this.size}`);
    this.#bytes = bytes;
  }
}

/** Elements that a tensor may have beyond those of its storage: expanded tensors repeat theirs. */
const mostRepeated = 1_000_000;

/** A view of a storage: the element at [i,j,…] is `offset` + i·strides[0] + j·strides[1] + …, in elements. */
export class TorchTensor implements PickleObject {
  readonly shape: readonly number[];
  readonly #storage: TorchStorage;
  readonly #offset: number;
  readonly #strides: readonly number[];

  /** @throws Error for a view that leaves its storage */
  constructor(storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    const elements = shape.reduce((product, size) => product * size, 1);
    const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, offset);
    if (elements > 0 && last >= storage.length) throw new Error(`a tensor [${shape.join(", ")}] reaches beyond its storage of ${storage.length} elements`);
    if (elements > storage.length + mostRepeated) throw new Error(`a tensor [${shape.join(", ")}] repeats a storage of ${storage.length} elements`);
    this.shape = shape;
    this.#storage = storage;
    this.#offset = offset;
    this.#strides = strides;
  }

  get dtype(): TorchType {
    return this.#storage.dtype;
  }

  setState(): never {
    throw new Error("it gives a tensor a state");
  }

  /** A copy of its elements in row-major order, little-endian. */
  bytes(): ArrayBuffer {
    const { shape } = this;
    const size = elementSizes[this.dtype];
    const elements = shape.reduce((product, length) => product * length, 1);
    const source = this.#storage.bytes;
    if (this.#isRowMajor()) return source.buffer.slice(source.byteOffset + this.#offset * size, source.byteOffset + (this.#offset + elements) * size) as ArrayBuffer;
    const result = new Uint8Array(elements * size);
    const position = shape.map(() => 0);
    let at = this.#offset;
    for (let target = 0; target < elements; target += 1) {
      for (let byte = 0; byte < size; byte += 1) result[target * size + byte] = source[at * size + byte]!;
      for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
        position[axis]! += 1;
        at += this.#strides[axis]!;
        if (position[axis]! < shape[axis]!) break;
        at -= this.#strides[axis]! * shape[axis]!;
        position[axis] = 0;
      }
    }
    return result.buffer;
  }

  #isRowMajor(): boolean {
    let expected = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis -= 1) {
      if (this.shape[axis] !== 1 && this.#strides[axis] !== expected) return false;
      expected *= this.shape[axis]!;
    }
    return true;
  }
}
