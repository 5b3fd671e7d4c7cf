import type { ModelInput, RandomStream } from "@kdf/core";
import {
  BatchNormalization,
  Convolution,
  describeRectifiedStages,
  ImageClassifier,
  initializers,
  Linear,
  Module,
  normalizedConvolution,
  rectifiedStages,
  throughStage,
  type NetworkOutputs,
  type Pass,
} from "@kdf/nn";
import { add, type Tensor } from "@kdf/tensor";
import { demandImageSize, halved } from "./image-size.js";

/** Blocks in each of the four stages. */
export type BottleneckResnetShape = readonly [number, number, number, number];

const weights = initializers.kaimingNormal;
const narrow = [64, 128, 256, 512] as const;
/** How many times more channels a block gives than its inner convolutions have. */
const expansion = 4;

/** Narrowed, convolved (with the stride), widened, plus the input, which is convolved where its shape differs. */
class Bottleneck extends Module {
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly conv2: Convolution;
  readonly bn2: BatchNormalization;
  readonly conv3: Convolution;
  readonly bn3: BatchNormalization;
  readonly shortcut: readonly [Convolution, BatchNormalization] | null;

  constructor(inputs: number, inner: number, stride: number, stream: RandomStream) {
    super();
    const outputs = expansion * inner;
    this.conv1 = new Convolution({ inputs, outputs: inner, size: 1 }, stream, { weights });
    this.bn1 = new BatchNormalization(inner);
    this.conv2 = new Convolution({ inputs: inner, outputs: inner, size: 3, stride, padding: 1 }, stream, { weights });
    this.bn2 = new BatchNormalization(inner);
    this.conv3 = new Convolution({ inputs: inner, outputs, size: 1 }, stream, { weights });
    this.bn3 = new BatchNormalization(outputs);
    this.shortcut =
      stride === 1 && inputs === outputs
        ? null
        : [new Convolution({ inputs, outputs, size: 1, stride }, stream, { weights }), new BatchNormalization(outputs)];
  }

  /** Without the ReLU after the sum, which the network applies. */
  forward(x: Tensor, pass: Pass): Tensor {
    const narrowed = normalizedConvolution(this.conv1, this.bn1, x, pass, true);
    const hidden = normalizedConvolution(this.conv2, this.bn2, narrowed, pass, true);
    const residual = normalizedConvolution(this.conv3, this.bn3, hidden, pass, false);
    return add(residual, this.shortcut === null ? x : normalizedConvolution(...this.shortcut, x, pass, false));
  }
}

/**
 * A ResNet of bottlenecks (He et al. 2015) with the stem that the distillation literature gives it on small images: a
 * 3x3 convolution and no pool. Taps: the stem f0 and the stages f1 to f4, before (`Preactivation`) and after their last
 * ReLU, and the pooled f4.
 */
export class BottleneckResnet extends ImageClassifier {
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly layer1: readonly Bottleneck[];
  readonly layer2: readonly Bottleneck[];
  readonly layer3: readonly Bottleneck[];
  readonly layer4: readonly Bottleneck[];
  readonly linear: Linear;

  constructor(network: string, shape: BottleneckResnetShape, input: ModelInput, classes: number, stream: RandomStream) {
    demandImageSize(network, input);
    const { size } = input;
    const [second, third, fourth] = [halved(size), halved(halved(size)), halved(halved(halved(size)))] as const;
    const [stem, ...widths] = [narrow[0], ...narrow.map((width) => expansion * width)];
    const maps = [size, size, second, third, fourth].map((side, place) => ({ side, channels: [stem, ...widths][place]! }));
    super({
      network,
      input,
      classes,
      taps: describeRectifiedStages(maps),
      norms: {
        f0Preactivation: "bn1",
        ...Object.fromEntries(shape.map((blocks, place) => [`f${place + 1}Preactivation`, `layer${place + 1}.${blocks - 1}.bn3`])),
      },
    });
    const stage = (place: number, inputs: number): Bottleneck[] =>
      Array.from({ length: shape[place]! }, (_, index) =>
        index === 0
          ? new Bottleneck(inputs, narrow[place]!, place === 0 ? 1 : 2, stream)
          : new Bottleneck(widths[place]!, narrow[place]!, 1, stream),
      );
    this.conv1 = new Convolution({ inputs: input.channels, outputs: stem, size: 3, padding: 1 }, stream, { weights });
    this.bn1 = new BatchNormalization(stem);
    this.layer1 = stage(0, stem);
    this.layer2 = stage(1, widths[0]!);
    this.layer3 = stage(2, widths[1]!);
    this.layer4 = stage(3, widths[2]!);
    this.linear = new Linear({ inputs: widths[3]!, outputs: classes }, stream);
  }

  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const { pooled, taps } = rectifiedStages(images, [
      (x) => normalizedConvolution(this.conv1, this.bn1, x, pass, false),
      (x) => throughStage(this.layer1, x, pass),
      (x) => throughStage(this.layer2, x, pass),
      (x) => throughStage(this.layer3, x, pass),
      (x) => throughStage(this.layer4, x, pass),
    ]);
    return { logits: this.linear.forward(pooled), taps };
  }
}
