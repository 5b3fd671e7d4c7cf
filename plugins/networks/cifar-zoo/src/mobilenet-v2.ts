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
import { add, globalAveragePool, type Tensor } from "@kdf/tensor";
import { demandImageSize, halved } from "./image-size.js";

export interface MobilenetV2Shape {
  /** How many times wider a block is inside (the T of its name); the first block is not widened. */
  readonly expansion: number;
  /** Factor on the channels of stem and blocks. */
  readonly width: number;
}

/** Channels at full width, blocks, and the stride of the first of them (Sandler et al. 2018, table 2, strides changed). */
const stages = [
  { channels: 16, blocks: 1, stride: 1 },
  { channels: 24, blocks: 2, stride: 1 },
  { channels: 32, blocks: 3, stride: 2 },
  { channels: 64, blocks: 4, stride: 2 },
  { channels: 96, blocks: 3, stride: 1 },
  { channels: 160, blocks: 3, stride: 2 },
  { channels: 320, blocks: 1, stride: 1 },
] as const;
/** The stages after which f1 to f4 are taken. */
const tapped = [1, 2, 4, 6] as const;
const features = 1280;
const weights = initializers.kaimingNormal;

/** Widened, one filter per channel, narrowed; plus the input where the shapes agree. No ReLU after the narrowing. */
class InvertedResidual extends Module {
  /** As PyTorch numbers them: convolution, norm, and a ReLU without weights. */
  readonly conv: readonly [
    Convolution, BatchNormalization, null, Convolution, BatchNormalization, null, Convolution, BatchNormalization,
  ];
  readonly #isResidual: boolean;

  constructor(inputs: number, outputs: number, stride: number, expansion: number, stream: RandomStream) {
    super();
    const inner = inputs * expansion;
    this.#isResidual = stride === 1 && inputs === outputs;
    this.conv = [
      new Convolution({ inputs, outputs: inner, size: 1 }, stream, { weights }),
      new BatchNormalization(inner),
      null,
      new Convolution({ inputs: inner, outputs: inner, size: 3, stride, padding: 1, groups: inner }, stream, { weights }),
      new BatchNormalization(inner),
      null,
      new Convolution({ inputs: inner, outputs, size: 1 }, stream, { weights }),
      new BatchNormalization(outputs),
    ];
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [expand, norm1, , filter, norm2, , narrow, norm3] = this.conv;
    const wide = normalizedConvolution(expand, norm1, x, pass, true);
    const filtered = normalizedConvolution(filter, norm2, wide, pass, true);
    const narrowed = normalizedConvolution(narrow, norm3, filtered, pass, false);
    return this.#isResidual ? add(x, narrowed) : narrowed;
  }
}

/**
 * A MobileNetV2 as the distillation literature cuts it to small images: a stem of stride 2 and three more halvings,
 * ReLU in place of ReLU6, and a first block that is convolved by 1x1 like the others. Taps: the stem f0 after its ReLU,
 * the raw outputs f1 to f4 of the stages 2, 3, 5 and 7, and the pooled end.
 */
export class MobilenetV2 extends ImageClassifier {
  readonly conv1: readonly [Convolution, BatchNormalization];
  readonly blocks: readonly (readonly InvertedResidual[])[];
  readonly conv2: readonly [Convolution, BatchNormalization];
  readonly classifier: readonly [Linear];

  constructor(network: string, { expansion, width }: MobilenetV2Shape, input: ModelInput, classes: number, stream: RandomStream) {
    demandImageSize(network, input);
    const channels = [32, ...stages.map((stage) => stage.channels)].map((count) => Math.trunc(count * width));
    const stem = halved(input.size);
    const [second, third, fourth] = [halved(stem), halved(halved(stem)), halved(halved(halved(stem)))] as const;
    super({
      network,
      input,
      classes,
      taps: {
        f0: [stem, stem, channels[0]!],
        f1: [stem, stem, channels[2]!],
        f2: [second, second, channels[3]!],
        f3: [third, third, channels[5]!],
        f4: [fourth, fourth, channels[7]!],
        pooled: [features],
      },
      norms: Object.fromEntries(tapped.map((stage, place) => [`f${place + 1}`, `blocks.${stage}.${stages[stage].blocks - 1}.conv.7`])),
    });
    this.conv1 = [
      new Convolution({ inputs: input.channels, outputs: channels[0]!, size: 3, stride: 2, padding: 1 }, stream, { weights }),
      new BatchNormalization(channels[0]!),
    ];
    this.blocks = stages.map(({ blocks, stride }, place) => {
      const [inputs, outputs] = [channels[place]!, channels[place + 1]!];
      const factor = place === 0 ? 1 : expansion;
      return Array.from({ length: blocks }, (_, index) =>
        index === 0
          ? new InvertedResidual(inputs, outputs, stride, factor, stream)
          : new InvertedResidual(outputs, outputs, 1, factor, stream),
      );
    });
    this.conv2 = [
      new Convolution({ inputs: channels.at(-1)!, outputs: features, size: 1 }, stream, { weights }),
      new BatchNormalization(features),
    ];
    this.classifier = [
      new Linear({ inputs: features, outputs: classes }, stream, { weights: initializers.normal(0.01), biases: initializers.zeros }),
    ];
  }

  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const through = (x: Tensor, from: number, to: number): Tensor =>
      inTurn(x, this.blocks.slice(from, to).flat().map((block) => (y: Tensor) => block.forward(y, pass)));
    const f0 = normalizedConvolution(...this.conv1, images, pass, true);
    const f1 = through(f0, 0, 2);
    const f2 = through(f1, 2, 3);
    const f3 = through(f2, 3, 5);
    const f4 = through(f3, 5, 7);
    const pooled = globalAveragePool(normalizedConvolution(...this.conv2, f4, pass, true));
    return { logits: this.classifier[0].forward(pooled), taps: { f0, f1, f2, f3, f4, pooled } };
  }
}
