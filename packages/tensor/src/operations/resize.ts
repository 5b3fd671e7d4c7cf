import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";

/**
 * [B,H,W,C] -> [B,size,size,C], bilinear with half-pixel centres, as PyTorch does without `align_corners`. A matrix
 * product per axis: the gradient of TensorFlow.js's own resizing knows no half-pixel centres.
 */
export const resizeBilinear = recordable("resizeBilinear", (x: TensorLike, size: number): Tensor => {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  return tf.tidy(() => {
    const rows = tf.matMul(interpolation(height, size), tf.reshape(unwrap(x), [batch, height, width * channels]));
    const columns = tf.matMul(interpolation(width, size), tf.reshape(rows, [batch * size, width, channels]));
    return tf.reshape(columns, [batch, size, size, channels]);
  });
});

/** [1,to,from]: what each of `from` places contributes to each of `to`. */
function interpolation(from: number, to: number): Tensor {
  const weights = new Float32Array(to * from);
  for (let place = 0; place < to; place += 1) {
    const centre = Math.max(0, ((place + 0.5) * from) / to - 0.5);
    const before = Math.floor(centre);
    const after = Math.min(before + 1, from - 1);
    weights[place * from + before]! += 1 - (centre - before);
    weights[place * from + after]! += centre - before;
  }
  return tf.tensor(weights, [1, to, from]);
}
