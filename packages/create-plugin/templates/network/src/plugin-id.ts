import type { Model, ModelInput, Network, RandomStream } from "@kdf/core";
import { BatchNormalization, Convolution, ImageClassifier, Linear, normalizedConvolution, type NetworkOutputs, type Pass } from "@kdf/nn";
import { globalAveragePool, type Tensor } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  width: z.int().positive().default(16).describe("channels of the first map; the second has twice, the third four times as many"),
});
type Options = z.infer<typeof options>;

export class PluginIdNetwork implements Network {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  build({ input, classes }: { readonly input: ModelInput; readonly classes: number }, stream: RandomStream): Model {
    return new Classifier(this.#options, input, classes, stream);
  }
}

/** Height and width after a convolution of stride 2 with one zero on each side. */
const halved = (size: number): number => Math.ceil(size / 2);

/** Parameters are named by the fields they stand in: `conv1.weight`, `norm1.weight`, …, `fc.bias`. */
class Classifier extends ImageClassifier {
  readonly conv1: Convolution;
  readonly norm1: BatchNormalization;
  readonly conv2: Convolution;
  readonly norm2: BatchNormalization;
  readonly conv3: Convolution;
  readonly norm3: BatchNormalization;
  readonly fc: Linear;

  constructor({ width }: Options, input: ModelInput, classes: number, stream: RandomStream) {
    const first = halved(input.size);
    const [second, third] = [halved(first), halved(halved(first))];
    // Taps: what distillers may read beside the logits. Shapes without the batch.
    super({
      network: "plugin-id",
      input,
      classes,
      taps: {
        map1: [first, first, width],
        map2: [second, second, 2 * width],
        map3: [third, third, 4 * width],
        pooled: [4 * width],
      },
    });
    const halving = (inputs: number, outputs: number): Convolution =>
      new Convolution({ inputs, outputs, size: 3, stride: 2, padding: 1 }, stream);
    this.conv1 = halving(input.channels, width);
    this.norm1 = new BatchNormalization(width);
    this.conv2 = halving(width, 2 * width);
    this.norm2 = new BatchNormalization(2 * width);
    this.conv3 = halving(2 * width, 4 * width);
    this.norm3 = new BatchNormalization(4 * width);
    this.fc = new Linear({ inputs: 4 * width, outputs: classes }, stream);
  }

  /** images [B,H,W,C]. `pass` says how batch norms work: it is handed on. */
  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const map1 = normalizedConvolution(this.conv1, this.norm1, images, pass, true);
    const map2 = normalizedConvolution(this.conv2, this.norm2, map1, pass, true);
    const map3 = normalizedConvolution(this.conv3, this.norm3, map2, pass, true);
    const pooled = globalAveragePool(map3);
    return { logits: this.fc.forward(pooled), taps: { map1, map2, map3, pooled } };
  }
}
