import { modelMismatch, type TensorLike } from "@kdf/core";
import {
  add,
  batchNormalizationInference,
  integers,
  ones,
  scope,
  trackedNormalization,
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
    refuseSingleValues(x.shape, pass.groupRows);
    return scope(() => {
      const former = { mean: running_mean.value, variance: running_var.value, momentum };
      const { output, running } = trackedNormalization(x, weight.value, bias.value, former, epsilon, pass.groupRows);
      running_mean.assign(running.mean);
      running_var.assign(running.variance);
      this.num_batches_tracked.assign(add(this.num_batches_tracked.value, integers([pass.groupRows.length], [])));
      return output;
    });
  }
}

/** A norm group of one value has no variance to learn from: refused, as in PyTorch. */
function refuseSingleValues(shape: readonly number[], groupRows: readonly number[]): void {
  const positions = shape.slice(1, -1).reduce((product, size) => product * size, 1);
  if (groupRows.every((rows) => rows * positions > 1)) return;
  throw modelMismatch({
    what: "A batch norm cannot be trained on this batch",
    got: `one value per channel (shape ${shape.join(" x ")})`,
    expected: "at least two values per channel in each norm group",
    fix: "use larger batches or larger images",
  });
}
