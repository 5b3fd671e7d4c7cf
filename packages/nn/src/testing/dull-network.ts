import type { ModelInput, Network, RandomStream } from "@kdf/core";
import { globalAveragePool, rectifiedLinear, type Tensor } from "@kdf/tensor";
import { BatchNormalization } from "../batch-normalization.js";
import { Convolution } from "../convolution.js";
import { ImageClassifier, type NetworkOutputs } from "../image-classifier.js";
import { Linear } from "../linear.js";
import type { Pass } from "../pass.js";

/** The smallest network with every kind of parameter, for the tests of this package. */
export class DullNetwork extends ImageClassifier {
  readonly conv: Convolution;
  readonly norm: BatchNormalization;
  readonly fc: Linear;

  constructor(input: ModelInput, classes: number, stream: RandomStream) {
    super({ network: "dull", input, classes, taps: { map: [input.size, input.size, 3], pooled: [3] } });
    this.conv = new Convolution({ inputs: input.channels, outputs: 3, size: 3, padding: 1 }, stream);
    this.norm = new BatchNormalization(3);
    this.fc = new Linear({ inputs: 3, outputs: classes }, stream);
  }

  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const map = rectifiedLinear(this.norm.forward(this.conv.forward(images), pass));
    const pooled = globalAveragePool(map);
    return { logits: this.fc.forward(pooled), taps: { map, pooled } };
  }
}

export const dull: Network = { build: ({ input, classes }, stream) => new DullNetwork(input, classes, stream) };
export const dullInput: ModelInput = { size: 4, channels: 2, mean: [0.5, 0.25], std: [0.125, 1] };
