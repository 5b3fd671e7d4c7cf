import type { RandomStream, TensorLike } from "@kdf/core";
import { add, convolution, depthwiseConvolution, floats, type Tensor } from "@kdf/tensor";
import { uniformByFanIn, type Initializer } from "./initializers.js";
import { layouts } from "./layout.js";
import { Module } from "./module.js";
import { Weight } from "./weight.js";

export interface ConvolutionShape {
  readonly inputs: number;
  readonly outputs: number;
  /** Height and width of the filters. */
  readonly size: number;
  readonly stride?: number;
  /** Zeros on each side, the same on all four. */
  readonly padding?: number;
  /** As many as inputs: each channel has filters of its own. */
  readonly groups?: number;
  readonly bias?: boolean;
}

/** [B,H,W,inputs] -> [B,H',W',outputs]. Filters are drawn before biases. */
export class Convolution extends Module {
  readonly weight: Weight;
  readonly bias: Weight | null;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
  readonly depthwise: boolean;

  constructor(
    shape: ConvolutionShape,
    stream: RandomStream,
    { weights = uniformByFanIn, biases = uniformByFanIn }: { weights?: Initializer; biases?: Initializer } = {},
  ) {
    super();
    const { inputs, outputs, size, stride = 1, padding = 0, groups = 1, bias = false } = shape;
    this.stride = stride;
    this.padding = padding;
    this.groups = groups;
    this.depthwise = groups > 1 && groups === inputs;
    const area = size * size;
    const fans = { in: (inputs / groups) * area, out: outputs * area };
    const filters = this.depthwise ? [size, size, inputs, outputs / inputs] : [size, size, inputs / groups, outputs];
    this.weight = new Weight(floats(weights(stream, fans.in * outputs, fans), filters), {
      layout: this.depthwise ? layouts.depthwise : layouts.convolution,
    });
    this.bias = bias ? new Weight(floats(biases(stream, outputs, fans), [outputs])) : null;
  }

  /** The caller owns the result. */
  forward(x: TensorLike): Tensor {
    const { stride, padding, groups } = this;
    const mapped = this.depthwise
      ? depthwiseConvolution(x, this.weight.value, { stride, padding })
      : convolution(x, this.weight.value, { stride, padding, groups });
    return this.bias === null ? mapped : add(mapped, this.bias.value);
  }
}
