import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { unwrap, type Tensor } from "../tensor.js";

export const reshape = (a: TensorLike, shape: readonly number[]): Tensor => tf.reshape(unwrap(a), [...shape]);
export const transpose = (a: TensorLike, permutation?: readonly number[]): Tensor =>
  tf.transpose(unwrap(a), permutation === undefined ? undefined : [...permutation]);
export const expandDimension = (a: TensorLike, axis: number): Tensor => tf.expandDims(unwrap(a), axis);
export const squeeze = (a: TensorLike, axis?: readonly number[]): Tensor =>
  tf.squeeze(unwrap(a), axis === undefined ? undefined : [...axis]);
export const concatenate = (parts: readonly TensorLike[], axis = 0): Tensor => tf.concat(parts.map(unwrap), axis);
export const stack = (parts: readonly TensorLike[], axis = 0): Tensor => tf.stack(parts.map(unwrap), axis);
/** Parts of the given sizes along `axis`. */
export const split = (a: TensorLike, sizes: readonly number[], axis = 0): Tensor[] => tf.split(unwrap(a), [...sizes], axis);
export const slice = (a: TensorLike, begin: readonly number[], size: readonly number[]): Tensor =>
  tf.slice(unwrap(a), [...begin], [...size]);
/** Rows (or other slices along `axis`) in the order that `indices` [N] int32 names. */
export const gather = (a: TensorLike, indices: TensorLike, axis = 0): Tensor =>
  tf.gather(unwrap(a), unwrap(indices) as tf.Tensor1D, axis);
/** `amounts[axis] = [before, after]`. */
export const pad = (a: TensorLike, amounts: readonly (readonly [number, number])[], value = 0): Tensor =>
  tf.pad(unwrap(a), amounts.map(([before, after]) => [before, after] as [number, number]), value);
/** Reversed along `axis`. */
export const reverse = (a: TensorLike, axis: number): Tensor => tf.reverse(unwrap(a), axis);
export const tile = (a: TensorLike, repetitions: readonly number[]): Tensor => tf.tile(unwrap(a), [...repetitions]);
