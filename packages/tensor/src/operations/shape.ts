import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";

export const reshape = recordable("reshape", (a: TensorLike, shape: readonly number[]): Tensor => tf.reshape(unwrap(a), [...shape]));
export const transpose = recordable("transpose", (a: TensorLike, permutation?: readonly number[]): Tensor =>
  tf.transpose(unwrap(a), permutation === undefined ? undefined : [...permutation]));
export const expandDimension = recordable("expandDimension", (a: TensorLike, axis: number): Tensor => tf.expandDims(unwrap(a), axis));
export const squeeze = recordable("squeeze", (a: TensorLike, axis?: readonly number[]): Tensor =>
  tf.squeeze(unwrap(a), axis === undefined ? undefined : [...axis]));
export const concatenate = recordable("concatenate", (parts: readonly TensorLike[], axis = 0): Tensor => tf.concat(parts.map(unwrap), axis));
export const stack = recordable("stack", (parts: readonly TensorLike[], axis = 0): Tensor => tf.stack(parts.map(unwrap), axis));
/** Parts of the given sizes along `axis`. */
export const split = recordable("split", (a: TensorLike, sizes: readonly number[], axis = 0): Tensor[] => tf.split(unwrap(a), [...sizes], axis));
export const slice = recordable("slice", (a: TensorLike, begin: readonly number[], size: readonly number[]): Tensor =>
  tf.slice(unwrap(a), [...begin], [...size]));
/** Rows (or other slices along `axis`) in the order that `indices` [N] int32 names. */
export const gather = recordable("gather", (a: TensorLike, indices: TensorLike, axis = 0): Tensor =>
  tf.gather(unwrap(a), unwrap(indices) as tf.Tensor1D, axis));
/** `amounts[axis] = [before, after]`. */
export const pad = recordable("pad", (a: TensorLike, amounts: readonly (readonly [number, number])[], value = 0): Tensor =>
  tf.pad(unwrap(a), amounts.map(([before, after]) => [before, after] as [number, number]), value));
/** Reversed along `axis`. */
export const reverse = recordable("reverse", (a: TensorLike, axis: number): Tensor => tf.reverse(unwrap(a), axis));
export const tile = recordable("tile", (a: TensorLike, repetitions: readonly number[]): Tensor => tf.tile(unwrap(a), [...repetitions]));
