import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { detach } from "./gradients.js";
import { recordable } from "./recording.js";
import { unwrap, type Tensor } from "./tensor.js";

export interface BatchStatistics {
  /** [B,H,W,C] (or [B,C]), normalised, scaled and shifted. */
  readonly output: Tensor;
  /** [G,C]: the mean of each norm group. No gradient. */
  readonly mean: Tensor;
  /** [G,C]: the biased variance of each norm group. No gradient. */
  readonly variance: Tensor;
}

/** The operations that decide how long a training step takes. An engine may bring faster ones. Called in a scope. */
export interface TrainingOperations {
  /**
   * Batch normalisation by the batch's own statistics (Ioffe and Szegedy 2015). x [B,...,C], gamma and beta [C].
   * `groupRows` are the rows of each norm group; they add up to B.
   */
  batchNormalizationTraining(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    epsilon: number,
    groupRows: readonly number[],
  ): BatchStatistics;
  /** max(x, 0), with gradient 0 at 0. */
  rectifiedLinear(x: Tensor): Tensor;
}

const reference: TrainingOperations = {
  batchNormalizationTraining(x, gamma, beta, epsilon, groupRows) {
    const groups = groupRows.length === 1 ? [x] : tf.split(x, [...groupRows], 0);
    const axes = x.shape.slice(0, -1).map((_, axis) => axis);
    const parts = groups.map((group) => {
      const mean = tf.mean(group, axes);
      const centred = tf.sub(group, mean);
      const variance = tf.mean(tf.square(centred), axes);
      const output = tf.add(tf.mul(centred, tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)))), beta);
      return { output, mean, variance };
    });
    return {
      output: parts.length === 1 ? parts[0]!.output : tf.concat(parts.map((part) => part.output), 0),
      mean: tf.stack(parts.map((part) => detach(part.mean))),
      variance: tf.stack(parts.map((part) => detach(part.variance))),
    };
  },
  rectifiedLinear: (x) => tf.relu(x),
};

let installed: TrainingOperations = reference;

/** Called by an engine as it starts: what it leaves out stays the reference composition. */
export function installTrainingOperations(faster: Partial<TrainingOperations>): void {
  installed = { ...reference, ...faster };
}

/** See {@link TrainingOperations.batchNormalizationTraining}. */
export const batchNormalizationTraining = recordable("batchNormalizationTraining", (
  x: TensorLike,
  gamma: TensorLike,
  beta: TensorLike,
  epsilon: number,
  groupRows: readonly number[],
): BatchStatistics => {
  return tf.tidy(
    () =>
      installed.batchNormalizationTraining(unwrap(x), unwrap(gamma), unwrap(beta), epsilon, groupRows) as never,
  ) as BatchStatistics;
});

/** Batch normalisation by running statistics: a scale and a shift per channel. x [B,...,C], the rest [C]. */
export const batchNormalizationInference = recordable("batchNormalizationInference", (
  x: TensorLike,
  gamma: TensorLike,
  beta: TensorLike,
  runningMean: TensorLike,
  runningVariance: TensorLike,
  epsilon: number,
): Tensor => {
  return tf.tidy(() => {
    const scale = tf.mul(unwrap(gamma), tf.rsqrt(tf.add(unwrap(runningVariance), epsilon)));
    const shift = tf.sub(unwrap(beta), tf.mul(unwrap(runningMean), scale));
    return tf.add(tf.mul(unwrap(x), scale), shift);
  });
});

/** See {@link TrainingOperations.rectifiedLinear}. */
export const rectifiedLinear = recordable("rectifiedLinear", (x: TensorLike): Tensor => {
  return installed.rectifiedLinear(unwrap(x));
});
