import type { ModelInput, RandomStream } from "@kdf/core";
import {
  BatchNormalization,
  Convolution,
  ImageClassifier,
  initializers,
  inTurn,
  Linear,
  Module,
  normalizedConvolution,
  type NetworkOutputs,
  type Pass,
} from "@kdf/nn";
import { add, globalAveragePool, rectifiedLinear6, scope, type Tensor } from "@kdf/tensor";
import { weights } from "./blocks.js";
import { demandImageSize } from "./image-size.js";

/** Convolution and norm; a ReLU6 follows. */
class Unit extends Module {
  readonly 0: Convolution;
  readonly 1: BatchNormalization;

  constructor(shape: { inputs: number; outputs: number; size: number; stride?: number; groups?: number }, stream: RandomStream) {
    super();
    this[0] = new Convolution({ ...shape, padding: (shape.size - 1) / 2 }, stream, { weights });
    this[1] = new BatchNormalization(shape.outputs);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return scope(() => rectifiedLinear6(normalizedConvolution(this[0], this[1], x, pass, false)));
  }
}

/** Widened (unless the expansion is 1), one filter per channel, narrowed; plus the input where the shapes agree. */
class InvertedResidual extends Module {
  readonly conv: readonly [...Unit[], Convolution, BatchNormalization];
  readonly #isResidual: boolean;

  constructor(inputs: number, outputs: number, stride: number, expansion: number, stream: RandomStream) {
    super();
    const inner = inputs * expansion;
    this.#isResidual = stride === 1 && inputs === outputs;
    this.conv = [
      ...(expansion === 1 ? [] : [new Unit({ inputs, outputs: inner, size: 1 }, stream)]),
      new Unit({ inputs: inner, outputs: inner, size: 3, stride, groups: inner }, stream),
      new Convolution({ inputs: inner, outputs, size: 1 }, stream, { weights }),
      new BatchNormalization(outputs),
    ];
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const units = this.conv.slice(0, -2) as Unit[];
    const [narrow, norm] = this.conv.slice(-2) as [Convolution, BatchNormalization];
    const wide = inTurn(x, units.map((unit) => (y: Tensor) => unit.forward(y, pass)));
    const narrowed = normalizedConvolution(narrow, norm, wide, pass, false);
    return this.#isResidual ? add(x, narrowed) : narrowed;
  }
}

/** Expansion, channels, blocks, and the stride of the first of them (Sandler et al. 2018, table 2). */
const stages = [
  { expansion: 1, channels: 16, blocks: 1, stride: 1 },
  { expansion: 6, channels: 24, blocks: 2, stride: 2 },
  { expansion: 6, channels: 32, blocks: 3, stride: 2 },
  { expansion: 6, channels: 64, blocks: 4, stride: 2 },
  { expansion: 6, channels: 96, blocks: 3, stride: 1 },
  { expansion: 6, channels: 160, blocks: 3, stride: 2 },
  { expansion: 6, channels: 320, blocks: 1, stride: 1 },
] as const;
const stem = 32;
const features = 1280;
/** The part of `features` behind which each tap after the stem lies: the last of its map size. */
const ends = { f1: 4, f2: 7, f3: 14, f4: 18 } as const;

/**
 * MobileNetV2 for ImageNet (Sandler et al. 2018), named as torchvision names it, without its dropout: what a network
 * computes here depends on its input and weights alone. Taps: the stem f0 after its ReLU6, the raw outputs f1 to f4 of
 * the last block of each map size, and the pooled end.
 */
export class MobilenetV2 extends ImageClassifier {
  readonly features: readonly [Unit, ...InvertedResidual[], Unit];
  readonly classifier: readonly [null, Linear];

  constructor(network: string, input: ModelInput, classes: number, stream: RandomStream) {
    demandImageSize(network, input);
    const shape = (factor: number, channels: number): number[] => [input.size / factor, input.size / factor, channels];
    super({
      network,
      input,
      classes,
      taps: { f0: shape(2, stem), f1: shape(4, 24), f2: shape(8, 32), f3: shape(16, 96), f4: shape(32, 320), pooled: [features] },
      norms: Object.fromEntries(Object.entries(ends).map(([tap, end]) => [tap, `features.${end - 1}.conv.3`])),
    });
    let inputs: number = stem;
    const first = new Unit({ inputs: input.channels, outputs: stem, size: 3, stride: 2 }, stream);
    const blocks = stages.flatMap(({ expansion, channels, blocks: count, stride }) =>
      Array.from({ length: count }, (_, index) => {
        const block = new InvertedResidual(inputs, channels, index === 0 ? stride : 1, expansion, stream);
        inputs = channels;
        return block;
      }),
    );
    this.features = [first, ...blocks, new Unit({ inputs, outputs: features, size: 1 }, stream)];
    // The place of the dropout.
    this.classifier = [
      null,
      new Linear({ inputs: features, outputs: classes }, stream, { weights: initializers.normal(0.01), biases: initializers.zeros }),
    ];
  }

  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const through = (x: Tensor, from: number, to: number): Tensor =>
      inTurn(x, this.features.slice(from, to).map((part) => (y: Tensor) => part.forward(y, pass)));
    const f0 = this.features[0].forward(images, pass);
    const f1 = through(f0, 1, ends.f1);
    const f2 = through(f1, ends.f1, ends.f2);
    const f3 = through(f2, ends.f2, ends.f3);
    const f4 = through(f3, ends.f3, ends.f4);
    const pooled = globalAveragePool(through(f4, ends.f4, this.features.length));
    return { logits: this.classifier[1].forward(pooled), taps: { f0, f1, f2, f3, f4, pooled } };
  }
}
