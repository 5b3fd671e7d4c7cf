import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { oneHot } from "./operations/create.js";
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

export interface RunningStatistics {
  /** [C] */
  readonly mean: Tensor;
  /** [C], unbiased */
  readonly variance: Tensor;
}

export interface TrackedNormalization {
  /** [B,...,C], normalised, scaled and shifted. */
  readonly output: Tensor;
  /** The running statistics after the batch. No gradient. */
  readonly running: RunningStatistics;
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
  /**
   * The same, and running <- (1 - momentum)·running + momentum·statistic for one norm group after the other, with the
   * unbiased variance, as PyTorch keeps them. Each group has at least two values of a channel.
   */
  trackedNormalization(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    running: RunningStatistics & { readonly momentum: number },
    epsilon: number,
    groupRows: readonly number[],
  ): TrackedNormalization;
  /** max(x, 0), with gradient 0 at 0. */
  rectifiedLinear(x: Tensor): Tensor;
  /** Mean over the batch of -log softmax(logits)[label]; logits [B,K], labels [B] int32 -> scalar. */
  crossEntropy(logits: Tensor, labels: Tensor): Tensor;
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
  trackedNormalization(x, gamma, beta, { momentum, ...running }, epsilon, groupRows) {
    const { output, mean, variance } = installed.batchNormalizationTraining(x, gamma, beta, epsilon, groupRows);
    const counts = groupRows.map((rows) => (rows * x.size) / (x.shape[0]! * gamma.size));
    // One weighted sum for all groups: the later a group, the fewer of its statistics' shares are forgotten.
    const kept = (1 - momentum) ** counts.length;
    const shares = counts.map((_, group) => momentum * (1 - momentum) ** (counts.length - 1 - group));
    const unbiased = counts.map((count, group) => (shares[group]! * count) / (count - 1));
    const updated = (former: Tensor, statistics: Tensor, weights: readonly number[]): Tensor => {
      const incoming = tf.reshape(tf.matMul(tf.tensor2d([...weights], [1, counts.length]), statistics as tf.Tensor2D), former.shape);
      return tf.add(tf.mul(former, kept), incoming);
    };
    return { output, running: { mean: updated(running.mean, mean, shares), variance: updated(running.variance, variance, unbiased) } };
  },
  rectifiedLinear: (x) => tf.relu(x),
  crossEntropy(logits, labels) {
    const [rows = 1, classes = 1] = logits.shape;
    return tf.mul(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot(labels, classes))), -1 / rows);
  },
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

/** See {@link TrainingOperations.trackedNormalization}. The caller owns the output and the new statistics. */
export const trackedNormalization = recordable("trackedNormalization", (
  x: TensorLike,
  gamma: TensorLike,
  beta: TensorLike,
  running: { readonly mean: TensorLike; readonly variance: TensorLike; readonly momentum: number },
  epsilon: number,
  groupRows: readonly number[],
): TrackedNormalization => {
  const { mean, variance, momentum } = running;
  const former = { mean: unwrap(mean), variance: unwrap(variance), momentum };
  return tf.tidy(() => installed.trackedNormalization(unwrap(x), unwrap(gamma), unwrap(beta), former, epsilon, groupRows) as never) as TrackedNormalization;
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

/** See {@link TrainingOperations.crossEntropy}. */
export const crossEntropy = recordable("crossEntropy", (logits: TensorLike, labels: TensorLike): Tensor => {
  return tf.tidy(() => installed.crossEntropy(unwrap(logits), unwrap(labels)));
});

/** See {@link TrainingOperations.rectifiedLinear}. */
export const rectifiedLinear = recordable("rectifiedLinear", (x: TensorLike): Tensor => {
  return installed.rectifiedLinear(unwrap(x));
});
