import type { HostState, TensorLike } from "@kdf/core";
import { clone, floats, gather, integers, slice } from "@kdf/tensor";

/** One embedding for each image of the training split, [N,D]. What it returns is new and the caller's. */
export interface Bank {
  /** N */
  readonly length: number;
  /** `count` rows from `start` on, [count,D]. */
  block(start: number, count: number): TensorLike;
  /** The rows named, [M,D]. */
  rows(indices: Int32Array): TensorLike;
}

/** A bank in the engine's memory. */
export function engineBank(bank: TensorLike): Bank {
  const [length, size] = bank.shape as [number, number];
  return {
    length,
    block: (start, count) => (count === length ? clone(bank) : slice(bank, [start, 0], [count, size])),
    rows: (indices) => gather(bank, integers(indices, [indices.length])),
  };
}

/** A bank in the host's memory, of which the engine is given what it needs. */
export function hostBank({ shape, values }: HostState): Bank {
  const [length, size] = shape as [number, number];
  return {
    length,
    block: (start, count) => floats(values.subarray(start * size, (start + count) * size), [count, size]),
    rows(indices) {
      const rows = new Float32Array(indices.length * size);
      indices.forEach((index, row) => rows.set(values.subarray(index * size, (index + 1) * size), row * size));
      return floats(rows, [indices.length, size]);
    },
  };
}
