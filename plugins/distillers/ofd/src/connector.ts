import type { RandomStream, TensorLike } from "@kdf/core";
import { BatchStandardization, Convolution, initializers, Module } from "@kdf/nn";
import { scope, type Tensor } from "@kdf/tensor";

/** A 1x1 convolution to the teacher's channels and a batch norm. Names are those of the authors' sequence. */
export class Connector extends Module {
  readonly 0: Convolution;
  readonly 1: BatchStandardization;

  constructor(inputs: number, outputs: number, stream: RandomStream) {
    super();
    this[0] = new Convolution({ inputs, outputs, size: 1 }, stream, { weights: initializers.kaimingNormal });
    this[1] = new BatchStandardization(outputs);
  }

  /** [B,H,W,inputs] -> [B,H,W,outputs], owned by the caller. */
  forward(x: TensorLike): Tensor {
    return scope(() => this[1].forward(this[0].forward(x)));
  }
}
