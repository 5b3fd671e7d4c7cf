import type { Model, ModelInput, Network, RandomStream } from "@kdf/core";
import { BatchNormalization, Convolution, ImageClassifier, Linear, normalizedConvolution, type NetworkOutputs, type Pass } from "@kdf/nn";
import { globalAveragePool, reshape, type Tensor } from "@kdf/tensor";
import { z } from "zod";

export const networkOptions = z.strictObject({ width: z.int().positive().default(4).describe("channels of its map") });
export type NetworkOptions = z.infer<typeof networkOptions>;

/** A network that learns in under a second: convolution, batch norm, linear. Taps: `map` [H,W,width], `pooled` [width]. */
export class BoringNetwork implements Network {
  readonly #options: NetworkOptions;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  build({ input, classes }: { readonly input: ModelInput; readonly classes: number }, stream: RandomStream): Model {
    return new BoringClassifier(this.#options.width, input, classes, stream);
  }
}

class BoringClassifier extends ImageClassifier {
  readonly conv: Convolution;
  readonly norm: BatchNormalization;
  readonly fc: Linear;

  constructor(width: number, input: ModelInput, classes: number, stream: RandomStream) {
    // Stride 2 with one zero on each side halves, rounding up.
    const size = Math.ceil(input.size / 2);
    super({ network: "boring", input, classes, taps: { map: [size, size, width], pooled: [width] } });
    this.conv = new Convolution({ inputs: input.channels, outputs: width, size: 3, stride: 2, padding: 1 }, stream);
    this.norm = new BatchNormalization(width);
    this.fc = new Linear({ inputs: size * size * width, outputs: classes }, stream);
  }

  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const map = normalizedConvolution(this.conv, this.norm, images, pass, true);
    const features = map.shape.slice(1).reduce((product, length) => product * length, 1);
    return {
      logits: this.fc.forward(reshape(map, [map.shape[0]!, features])),
      taps: { map, pooled: globalAveragePool(map) },
    };
  }
}
