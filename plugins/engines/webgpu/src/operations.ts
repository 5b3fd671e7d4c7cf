import type { TrainingOperations } from "@kdf/tensor";
import * as tf from "@tensorflow/tfjs";
import { BATCH_NORMALIZATION } from "./kernels/batch-normalization.js";

/** Training operations with programs of their own; `registerKernels` comes first. */
export const operations = {
  batchNormalizationTraining(x, gamma, beta, epsilon, groupRows) {
    const groups = groupRows.length === 1 ? [x] : tf.split(x, [...groupRows], 0);
    const parts = groups.map((group) => tf.engine().runKernel(BATCH_NORMALIZATION, { x: group, gamma, beta }, { epsilon }) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor]);
    return {
      output: parts.length === 1 ? parts[0]![0] : tf.concat(parts.map(([output]) => output), 0),
      mean: tf.stack(parts.map(([, mean]) => mean)),
      variance: tf.stack(parts.map(([, , variance]) => variance)),
    };
  },
} satisfies Partial<TrainingOperations>;
