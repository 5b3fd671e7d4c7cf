import type { TensorLike } from "@kdf/core";
import { batchNormalizationTraining, ones, scope, zeros, type Tensor } from "@kdf/tensor";
import { Module } from "./module.js";
import { Weight } from "./weight.js";

const epsilon = 1e-5;

/**
 * Batch normalisation that keeps no running statistics (PyTorch's with `track_running_stats=False`): for what a distiller
 * trains beside the student, which is never evaluated, so that computing a loss changes nothing. A batch of a single value
 * has no variance and gives the shift, where PyTorch refuses it.
 */
export class BatchStandardization extends Module {
  readonly weight: Weight;
  readonly bias: Weight;

  constructor(channels: number) {
    super();
    this.weight = new Weight(ones([channels]));
    this.bias = new Weight(zeros([channels]));
  }

  /** x [B,...,C], one norm group -> the same shape, owned by the caller. */
  forward(x: TensorLike): Tensor {
    return scope(() => batchNormalizationTraining(x, this.weight.value, this.bias.value, epsilon, [x.shape[0] ?? 0]).output);
  }
}
