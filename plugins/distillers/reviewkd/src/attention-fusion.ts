import type { RandomStream, TensorLike } from "@kdf/core";
import { BatchStandardization, Convolution, Module, type Initializer } from "@kdf/nn";
import { add, concatenate, multiply, resizeNearest, scope, sigmoid, split, type Tensor } from "@kdf/tensor";

export interface FusionShape {
  /** Channels of the student's map. */
  readonly inputs: number;
  /** Channels of what is passed on to the next fusion. */
  readonly middle: number;
  /** Channels and sides of the teacher's map. */
  readonly outputs: number;
  readonly height: number;
  readonly width: number;
  /** Whether what a deeper fusion passes on is mixed in. */
  readonly mixes: boolean;
}

export interface Fused {
  /** [B,height,width,outputs], to be compared with the teacher's map. */
  readonly output: Tensor;
  /** [B,height,width,middle], for the next fusion. */
  readonly passed: Tensor;
}

/** U(±√(3 / fan in)): PyTorch's `kaiming_uniform_` with a = 1. */
const weights: Initializer = (stream, count, fans) => {
  const bound = Math.sqrt(3 / fans.in);
  return Float32Array.from({ length: count }, () => bound * (2 * stream.uniform() - 1));
};

/**
 * Attention based fusion (Chen et al. 2021, figure 3a): the student's map through a 1x1 convolution, mixed with what the
 * deeper fusion passes on by two attention maps that are computed of both, and a 3x3 convolution. Names are the
 * authors'.
 */
export class AttentionFusion extends Module {
  readonly conv1: readonly [Convolution, BatchStandardization];
  readonly conv2: readonly [Convolution, BatchStandardization];
  readonly att_conv: readonly [Convolution] | null;
  readonly #height: number;
  readonly #width: number;

  constructor({ inputs, middle, outputs, height, width, mixes }: FusionShape, stream: RandomStream) {
    super();
    this.conv1 = [new Convolution({ inputs, outputs: middle, size: 1 }, stream, { weights }), new BatchStandardization(middle)];
    this.conv2 = [new Convolution({ inputs: middle, outputs, size: 3, padding: 1 }, stream, { weights }), new BatchStandardization(outputs)];
    this.att_conv = mixes ? [new Convolution({ inputs: 2 * middle, outputs: 2, size: 1, bias: true }, stream)] : null;
    this.#height = height;
    this.#width = width;
  }

  /** x [B,H,W,inputs]; `deeper` is what the next deeper fusion passes on. The caller owns the results. */
  forward(x: TensorLike, deeper?: TensorLike): Fused {
    return scope(() => {
      const own = this.conv1[1].forward(this.conv1[0].forward(x));
      const mixed = deeper === undefined ? own : this.#mix(own, deeper);
      const passed = resized(mixed, this.#height, this.#width);
      const output = this.conv2[1].forward(this.conv2[0].forward(passed));
      return { output, passed };
    });
  }

  #mix(own: Tensor, deeper: TensorLike): Tensor {
    const [, height = 0, width = 0] = own.shape;
    const below = resized(deeper, height, width);
    const attention = sigmoid(this.att_conv![0].forward(concatenate([own, below], 3)));
    const [ofOwn, ofBelow] = split(attention, [1, 1], 3) as [Tensor, Tensor];
    return add(multiply(own, ofOwn), multiply(below, ofBelow));
  }
}

const resized = (x: TensorLike, height: number, width: number): Tensor =>
  x.shape[1] === height && x.shape[2] === width ? (x as Tensor) : resizeNearest(x, height, width);
