import type { RandomStream, TensorLike } from "@kdf/core";
import { add, floats, matrixMultiply, type Tensor } from "@kdf/tensor";
import { uniformByFanIn, type Initializer } from "./initializers.js";
import { layouts } from "./layout.js";
import { Module } from "./module.js";
import { Weight } from "./weight.js";

export interface LinearShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly bias?: boolean;
}

/** [B,inputs] -> [B,outputs]. The matrix is drawn before the biases. */
export class Linear extends Module {
  readonly weight: Weight;
  readonly bias: Weight | null;

  constructor(
    { inputs, outputs, bias = true }: LinearShape,
    stream: RandomStream,
    { weights = uniformByFanIn, biases = uniformByFanIn }: { weights?: Initializer; biases?: Initializer } = {},
  ) {
    super();
    const fans = { in: inputs, out: outputs };
    this.weight = new Weight(floats(weights(stream, inputs * outputs, fans), [inputs, outputs]), { layout: layouts.linear });
    this.bias = bias ? new Weight(floats(biases(stream, outputs, fans), [outputs])) : null;
  }

  /** The caller owns the result. */
  forward(x: TensorLike): Tensor {
    const product = matrixMultiply(x, this.weight.value);
    return this.bias === null ? product : add(product, this.bias.value);
  }
}
