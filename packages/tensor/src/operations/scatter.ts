import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";

/** A copy of a [N,...] in which the rows named by `rows` [M] int32 (all different) are `values` [M,...]. */
export const withRows = recordable("withRows", (a: TensorLike, rows: TensorLike, values: TensorLike): Tensor => {
  return tf.tidy(() => {
    const count = rows.shape[0] ?? 0;
    // TensorFlow.js's kernel of the backend cpu writes into its input.
    const base = tf.getBackend() === "cpu" ? tf.add(unwrap(a), 0) : unwrap(a);
    return tf.tensorScatterUpdate(base, tf.reshape(unwrap(rows), [count, 1]), unwrap(values));
  });
});
