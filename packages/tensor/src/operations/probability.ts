import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { detach } from "../gradients.js";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";

/** logits [...,K] -> probabilities over the last axis. */
export const softmax = recordable("softmax", (logits: TensorLike): Tensor => tf.softmax(unwrap(logits)));
/** logits [...,K] -> log probabilities over the last axis, by subtracting the log of the sum of exponentials. */
export const logSoftmax = recordable("logSoftmax", (logits: TensorLike): Tensor => tf.logSoftmax(unwrap(logits)));

/**
 * temperature² · Σ p_teacher (log p_teacher - log p_student) / B with both softened by the temperature
 * (Hinton et al. 2015); logits [B,K] -> scalar. The gradient flows into the student only.
 */
export const divergence = recordable("divergence", (teacherLogits: TensorLike, studentLogits: TensorLike, temperature: number): Tensor => {
  return tf.tidy(() => {
    const rows = studentLogits.shape[0] ?? 1;
    const teacher = tf.logSoftmax(tf.mul(detach(teacherLogits), 1 / temperature));
    const student = tf.logSoftmax(tf.mul(unwrap(studentLogits), 1 / temperature));
    const rowsSum = tf.sum(tf.mul(tf.exp(teacher), tf.sub(teacher, student)));
    return tf.mul(rowsSum, (temperature * temperature) / rows);
  });
});

/** logits [B,K] -> [B], entropy in nats of the softmax at temperature 1. */
export const entropy = recordable("entropy", (logits: TensorLike): Tensor => {
  return tf.tidy(() => {
    const log = tf.logSoftmax(unwrap(logits));
    return tf.neg(tf.sum(tf.mul(tf.exp(log), log), -1));
  });
});
