import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";
import { square } from "./elementwise.js";

type Axes = number | readonly number[] | undefined;
const axes = (axis: Axes): number | number[] | undefined => (Array.isArray(axis) ? [...axis] : (axis as number | undefined));

export const sum = recordable("sum", (a: TensorLike, axis?: Axes, keepDimensions = false): Tensor => tf.sum(unwrap(a), axes(axis), keepDimensions));
export const mean = recordable("mean", (a: TensorLike, axis?: Axes, keepDimensions = false): Tensor =>
  tf.mean(unwrap(a), axes(axis), keepDimensions));
export const largest = recordable("largest", (a: TensorLike, axis?: Axes, keepDimensions = false): Tensor =>
  tf.max(unwrap(a), axes(axis), keepDimensions));
export const smallest = recordable("smallest", (a: TensorLike, axis?: Axes, keepDimensions = false): Tensor =>
  tf.min(unwrap(a), axes(axis), keepDimensions));
/** int32 position of the largest value along `axis`. */
export const argumentOfLargest = recordable("argumentOfLargest", (a: TensorLike, axis: number): Tensor => tf.argMax(unwrap(a), axis));
/**
 * Along the last axis (along others TensorFlow.js has a wrong gradient) the sum of what stands up to each place, `exclusive`
 * leaving the place itself out.
 */
export const cumulativeSum = recordable("cumulativeSum", (a: TensorLike, exclusive = false): Tensor =>
  tf.cumsum(unwrap(a), a.shape.length - 1, exclusive));
/** values [N] int32 -> [bound] float32: how often each whole number below `bound` is among them. No gradient. */
export const occurrences = recordable("occurrences", (values: TensorLike, bound: number): Tensor =>
  tf.tidy(() => tf.bincount(unwrap(values) as tf.Tensor1D, tf.zeros([0], "float32"), bound)));
/** The smallest normal float32: what is below it may count as 0. */
const tiny = 1.2e-38;

/**
 * Euclidean norm over `axis`. The gradient at 0 is 0, as in PyTorch, where the square root's alone would be NaN: a
 * norm below 1.1e-19 is given as that.
 */
export const norm = recordable("norm", (a: TensorLike, axis?: Axes, keepDimensions = false): Tensor =>
  tf.tidy(() => tf.sqrt(tf.maximum(tf.sum(square(a), axes(axis), keepDimensions), tiny))));

/** a divided by its Euclidean norm over `axis`, or by 1e-12 where the norm is less: PyTorch's `normalize`. */
export const l2Normalize = recordable("l2Normalize", (a: TensorLike, axis: number | readonly number[]): Tensor =>
  tf.tidy(() => tf.div(unwrap(a), tf.maximum(norm(a, axis, true), 1e-12))));

/** The `count` largest of the last axis, largest first; of equal values the earlier stands first. No gradient. */
export const largestOf = recordable("largestOf", (a: TensorLike, count: number): { values: Tensor; indices: Tensor } => {
  return tf.topk(unwrap(a), count, true);
});
