import * as tf from "@tensorflow/tfjs";
import type { KernelDefinition } from "./register.js";

/** Kernels of our own are named so that they cannot meet one of tfjs. */
export const BATCH_NORMALIZATION_TRAINING = "KdfBatchNormalizationTraining";
export const BATCH_NORMALIZATION_TRAINING_GRADIENT = "KdfBatchNormalizationTrainingGradient";

export interface BatchNormalizationAttributes {
  readonly epsilon: number;
  /** Batch rows of each norm group. */
  readonly groupRows: readonly number[];
}

const FLOAT_BYTES = 4;

interface Group {
  /** Bytes from the start of the batch to the group. */
  readonly offset: number;
  /** Rows of the group as a [rows, channels] matrix: one for each pixel of each of its images. */
  readonly rows: number;
}

function groupsOf(shape: readonly number[], groupRows: readonly number[]): Group[] {
  const [batch = 0, ...rest] = shape;
  const covered = groupRows.reduce((sum, rows) => sum + rows, 0);
  if (covered !== batch || groupRows.some((rows) => rows < 1)) {
    throw new Error(`the norm groups have ${groupRows.join(" + ")} rows, which is not the batch of ${batch}`);
  }
  const rowSize = rest.reduce((product, size) => product * size, 1);
  const channels = shape.at(-1)!;
  let offset = 0;
  return groupRows.map((rows) => {
    const group = { offset, rows: (rows * rowSize) / channels };
    offset += rows * rowSize * FLOAT_BYTES;
    return group;
  });
}

/** x [B,...,C], gamma [C], beta [C] to [output [B,...,C], mean [G,C], variance [G,C] (biased)]. */
export const batchNormalizationTraining: KernelDefinition = {
  name: BATCH_NORMALIZATION_TRAINING,
  create: () => ({ inputs, attributes, workspace }) => {
    const { x, gamma, beta } = inputs as Record<"x" | "gamma" | "beta", tf.TensorInfo>;
    const { epsilon, groupRows } = attributes as unknown as BatchNormalizationAttributes;
    const { kernels, addressOf, makeTensor, withScratch } = workspace;
    const groups = groupsOf(x.shape, groupRows);
    const channels = x.shape.at(-1)!;
    const output = makeTensor(x.shape);
    const mean = makeTensor([groups.length, channels]);
    const variance = makeTensor([groups.length, channels]);
    withScratch(8 * channels, (scratch) => {
      groups.forEach(({ offset, rows }, group) => {
        const statistics = group * channels * FLOAT_BYTES;
        kernels.batchNormalization(
          addressOf(x) + offset, addressOf(gamma), addressOf(beta), rows, channels, epsilon,
          addressOf(output) + offset, addressOf(mean) + statistics, addressOf(variance) + statistics, scratch,
        );
      });
    });
    return [output, mean, variance];
  },
};

/** x, dy [B,...,C], gamma [C], mean and variance [G,C] to the gradients of [x [B,...,C], gamma [C], beta [C]]. */
export const batchNormalizationTrainingGradient: KernelDefinition = {
  name: BATCH_NORMALIZATION_TRAINING_GRADIENT,
  create: () => ({ inputs, attributes, workspace }) => {
    const { x, dy, gamma, mean, variance } = inputs as Record<"x" | "dy" | "gamma" | "mean" | "variance", tf.TensorInfo>;
    const { epsilon, groupRows } = attributes as unknown as BatchNormalizationAttributes;
    const { kernels, addressOf, makeTensor, withScratch } = workspace;
    const channels = x.shape.at(-1)!;
    const inputGradient = makeTensor(x.shape);
    const gammaGradient = makeTensor([channels]);
    const betaGradient = makeTensor([channels]);
    kernels.fillNumbers(addressOf(gammaGradient), channels, 0);
    kernels.fillNumbers(addressOf(betaGradient), channels, 0);
    withScratch(28 * channels, (scratch) => {
      groupsOf(x.shape, groupRows).forEach(({ offset, rows }, group) => {
        const statistics = group * channels * FLOAT_BYTES;
        kernels.batchNormalizationGradient(
          addressOf(x) + offset, addressOf(dy) + offset, addressOf(gamma),
          addressOf(mean) + statistics, addressOf(variance) + statistics, rows, channels, epsilon,
          addressOf(inputGradient) + offset, addressOf(gammaGradient), addressOf(betaGradient), scratch,
        );
      });
    });
    return [inputGradient, gammaGradient, betaGradient];
  },
};

/** No gradient flows through mean and variance: they feed running statistics only. */
export const batchNormalizationTrainingGradientRule: tf.GradConfig = {
  kernelName: BATCH_NORMALIZATION_TRAINING,
  inputsToSave: ["x", "gamma"],
  outputsToSave: [false, true, true],
  gradFunc: (upstream, [x, gamma, mean, variance], attributes) => {
    const dy = (upstream as tf.Tensor[])[0]!;
    // At once, not when tfjs asks for each input: it disposes what one request made besides its answer.
    const [inputGradient, gammaGradient, betaGradient] = tf.engine().runKernel(
      BATCH_NORMALIZATION_TRAINING_GRADIENT,
      { x: x!, dy, gamma: gamma!, mean: mean!, variance: variance! },
      attributes,
    ) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => inputGradient, gamma: () => gammaGradient, beta: () => betaGradient };
  },
};
