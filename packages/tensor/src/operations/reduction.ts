import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { unwrap, type Tensor } from "../tensor.js";

type Axes = number | readonly number[] | undefined;
const axes = (axis: Axes): number | number[] | undefined => (Array.isArray(axis) ? [...axis] : (axis as number | undefined));

export const sum = (a: TensorLike, axis?: Axes, keepDimensions = false): Tensor => tf.sum(unwrap(a), axes(axis), keepDimensions);
export const mean = (a: TensorLike, axis?: Axes, keepDimensions = false): Tensor =>
  tf.mean(unwrap(a), axes(axis), keepDimensions);
export const largest = (a: TensorLike, axis?: Axes, keepDimensions = false): Tensor =>
  tf.max(unwrap(a), axes(axis), keepDimensions);
export const smallest = (a: TensorLike, axis?: Axes, keepDimensions = false): Tensor =>
  tf.min(unwrap(a), axes(axis), keepDimensions);
/** int32 position of the largest value along `axis`. */
export const argumentOfLargest = (a: TensorLike, axis: number): Tensor => tf.argMax(unwrap(a), axis);
/** Euclidean norm over `axis`. */
export const norm = (a: TensorLike, axis?: Axes, keepDimensions = false): Tensor =>
  tf.norm(unwrap(a), "euclidean", axes(axis), keepDimensions);

/** The `count` largest of the last axis, largest first; of equal values the earlier stands first. */
export function largestOf(a: TensorLike, count: number): { values: Tensor; indices: Tensor } {
  return tf.topk(unwrap(a), count, true);
}
