import { modelMismatch, type TensorLike } from "@kdf/core";
import {
  add,
  batchNormalizationInference,
  batchNormalizationTraining,
  floats,
  integers,
  matrixMultiply,
  multiply,
  ones,
  reshape,
  scope,
  zeros,
  type Tensor,
} from "@kdf/tensor";
import { Module } from "./module.js";
import type { Pass } from "./pass.js";
import { Weight } from "./weight.js";

const epsilon = 1e-5;
const momentum = 0.1;

/**
 * Batch normalisation (Ioffe and Szegedy 2015) as PyTorch computes it: the batch's biased variance normalises, the
 * unbiased one enters the running statistics. Each norm group is a batch of its own.
 */
export class BatchNormalization extends Module {
  readonly weight: Weight;
  readonly bias: Weight;
  readonly running_mean: Weight;
  readonly running_var: Weight;
  readonly num_batches_tracked: Weight;

  constructor(channels: number) {
    super();
    this.weight = new Weight(ones([channels]));
    this.bias = new Weight(zeros([channels]));
    this.running_mean = new Weight(zeros([channels]), { trainable: false });
    this.running_var = new Weight(ones([channels]), { trainable: false });
    this.num_batches_tracked = new Weight(integers([0], []), { trainable: false });
  }

  /** x [B,...,C] -> the same shape, owned by the caller. */
  forward(x: TensorLike, pass: Pass): Tensor {
    const { weight, bias, running_mean, running_var } = this;
    if (!pass.training) {
      return batchNormalizationInference(x, weight.value, bias.value, running_mean.value, running_var.value, epsilon);
    }
    return scope(() => {
      const { output, mean, variance } = batchNormalizationTraining(x, weight.value, bias.value, epsilon, pass.groupRows);
      this.#track(mean, variance, valuesPerGroup(x.shape, pass.groupRows));
      return output;
    });
  }

  /**
   * running <- (1 - momentum)·running + momentum·statistic for one group after the other, written as one weighted
   * sum. mean and variance [G,C]; counts: values of a channel in each group.
   */
  #track(mean: TensorLike, variance: TensorLike, counts: readonly number[]): void {
    const groups = counts.length;
    const shares = counts.map((_, group) => momentum * (1 - momentum) ** (groups - 1 - group));
    const unbiased = counts.map((count, group) => (shares[group]! * count) / (count - 1));
    const kept = (1 - momentum) ** groups;
    const update = (running: Weight, statistics: TensorLike, weights: readonly number[]): void => {
      const incoming = reshape(matrixMultiply(floats(weights, [1, groups]), statistics), running.shape);
      running.assign(add(multiply(running.value, kept), incoming));
    };
    update(this.running_mean, mean, shares);
    update(this.running_var, variance, unbiased);
    this.num_batches_tracked.assign(add(this.num_batches_tracked.value, integers([groups], [])));
  }
}

/** Values of one channel in each norm group. A group of one value has no variance to learn from: refused, as in PyTorch. */
function valuesPerGroup(shape: readonly number[], groupRows: readonly number[]): number[] {
  const positions = shape.slice(1, -1).reduce((product, size) => product * size, 1);
  return groupRows.map((rows) => {
    if (rows * positions > 1) return rows * positions;
    throw modelMismatch({
      what: "A batch norm cannot be trained on this batch",
      got: `one value per channel (shape ${shape.join(" x ")})`,
      expected: "at least two values per channel in each norm group",
      fix: "use larger batches or larger images",
    });
  });
}
