import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";

/** What each of `from` places contributes to each of `to`: [place, share] of every place that does. */
type Contributions = (place: number, from: number, to: number) => readonly (readonly [number, number])[];

/**
 * [B,H,W,C] -> [B,size,size,C], bilinear with half-pixel centres, as PyTorch does without `align_corners`. A matrix
 * product per axis: the gradient of TensorFlow.js's own resizing knows no half-pixel centres.
 */
export const resizeBilinear = recordable("resizeBilinear", (x: TensorLike, size: number): Tensor => resampled(x, size, size, bilinear));

/**
 * [B,H,W,C] -> [B,height,width,C]: each place has the value of the place ⌊place · from / to⌋, as PyTorch's
 * `interpolate(mode="nearest")` does, with its quotient in float32.
 */
export const resizeNearest = recordable("resizeNearest", (x: TensorLike, height: number, width = height): Tensor =>
  resampled(x, height, width, nearest));

/**
 * [B,H,W,C] -> [B,height,width,C]: means of windows from ⌊place · from / to⌋ up to ⌈(place + 1) · from / to⌉, which
 * overlap where `to` does not divide `from`, as PyTorch's `adaptive_avg_pool2d` does.
 */
export const adaptiveAveragePool = recordable("adaptiveAveragePool", (x: TensorLike, height: number, width = height): Tensor =>
  resampled(x, height, width, window));

/** A matrix product per axis, which every engine has with its gradient. */
function resampled(x: TensorLike, toHeight: number, toWidth: number, contributions: Contributions): Tensor {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  return tf.tidy(() => {
    const rows = tf.matMul(matrix(height, toHeight, contributions), tf.reshape(unwrap(x), [batch, height, width * channels]));
    const columns = tf.matMul(matrix(width, toWidth, contributions), tf.reshape(rows, [batch * toHeight, width, channels]));
    return tf.reshape(columns, [batch, toHeight, toWidth, channels]);
  });
}

/** [1,to,from] */
function matrix(from: number, to: number, contributions: Contributions): Tensor {
  const weights = new Float32Array(to * from);
  for (let place = 0; place < to; place += 1) {
    for (const [source, share] of contributions(place, from, to)) weights[place * from + source]! += share;
  }
  return tf.tensor(weights, [1, to, from]);
}

const bilinear: Contributions = (place, from, to) => {
  const centre = Math.max(0, ((place + 0.5) * from) / to - 0.5);
  const before = Math.floor(centre);
  const share = centre - before;
  return [[before, 1 - share], [Math.min(before + 1, from - 1), share]];
};

const nearest: Contributions = (place, from, to) => {
  const scaled = to === 2 * from ? place / 2 : Math.fround(place * Math.fround(from / to));
  return [[Math.min(Math.floor(scaled), from - 1), 1]];
};

const window: Contributions = (place, from, to) => {
  const start = Math.floor((place * from) / to);
  const size = Math.ceil(((place + 1) * from) / to) - start;
  return Array.from({ length: size }, (_, offset) => [start + offset, 1 / size]);
};
