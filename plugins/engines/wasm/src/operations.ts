import type { BatchStatistics, TrainingOperations } from "@kdf/tensor";
import * as tf from "@tensorflow/tfjs";
import { BATCH_NORMALIZATION_TRAINING } from "./kernels/batch-normalization.js";
import { RECTIFIER } from "./kernels/rectifier.js";

/** Training operations as single kernels; `registerKernels` comes first. */
export const operations = {
  /**
   * Batch norm by the statistics of each norm group: x [B,...,C], gamma [C], beta [C]. Three passes over x
   * forward and two backward, where a composition of tfjs operations takes about fifteen.
   */
  batchNormalizationTraining(
    x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number, groupRows: readonly number[],
  ): BatchStatistics {
    const [output, mean, variance] = tf.engine().runKernel(
      BATCH_NORMALIZATION_TRAINING, { x, gamma, beta }, { epsilon, groupRows: [...groupRows] },
    ) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { output, mean, variance };
  },

  /** max(x, 0), gradient 0 at 0. x of any shape. */
  rectifiedLinear(x: tf.Tensor): tf.Tensor {
    return tf.engine().runKernel(RECTIFIER, { x }) as tf.Tensor;
  },
} satisfies Partial<TrainingOperations>;
