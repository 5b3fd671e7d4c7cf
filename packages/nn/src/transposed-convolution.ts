import type { RandomStream, TensorLike } from "@kdf/core";
import { add, floats, scope, transposedConvolution, type Tensor } from "@kdf/tensor";
import type { ConvolutionShape } from "./convolution.js";
import { uniformByFanIn, type Initializer } from "./initializers.js";
import { layouts } from "./layout.js";
import { Module } from "./module.js";
import { Weight } from "./weight.js";

/** `padding` is cut off each side of the result. */
export type TransposedConvolutionShape = Omit<ConvolutionShape, "groups">;

/**
 * [B,H,W,inputs] -> [B,H',W',outputs], H' = (H - 1)·stride + size - 2·padding. Filters are drawn before biases, both as
 * PyTorch draws them: it counts the outputs of a filter as its fan in.
 */
export class TransposedConvolution extends Module {
  readonly weight: Weight;
  readonly bias: Weight | null;
  readonly stride: number;
  readonly padding: number;

  constructor(
    { inputs, outputs, size, stride = 1, padding = 0, bias = false }: TransposedConvolutionShape,
    stream: RandomStream,
    { weights = uniformByFanIn, biases = uniformByFanIn }: { weights?: Initializer; biases?: Initializer } = {},
  ) {
    super();
    this.stride = stride;
    this.padding = padding;
    const area = size * size;
    const fans = { in: outputs * area, out: inputs * area };
    this.weight = new Weight(floats(weights(stream, inputs * outputs * area, fans), [size, size, outputs, inputs]), {
      layout: layouts.transposedConvolution,
    });
    this.bias = bias ? new Weight(floats(biases(stream, outputs, fans), [outputs])) : null;
  }

  /** The caller owns the result. */
  forward(x: TensorLike): Tensor {
    const { stride, padding } = this;
    return scope(() => {
      const mapped = transposedConvolution(x, this.weight.value, { stride, padding });
      return this.bias === null ? mapped : add(mapped, this.bias.value);
    });
  }
}
