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

export interface ResnetShape {
  /** 6n + 2: n blocks of two convolutions in each of three stages. */
  readonly depth: number;
  /** Channels of the stem and of the three stages. */
  readonly widths: readonly [number, number, number, number];
}

const weights = initializers.kaimingNormal;

/** Two convolutions and the input, which is convolved where its shape differs (He et al. 2015, section 4.2). */
class Block extends Module {
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly conv2: Convolution;
  readonly bn2: BatchNormalization;
  readonly downsample: readonly [Convolution, BatchNormalization] | null;

  constructor(inputs: number, outputs: number, stride: number, stream: RandomStream) {
    super();
    this.conv1 = new Convolution({ inputs, outputs, size: 3, stride, padding: 1 }, stream, { weights });
    this.bn1 = new BatchNormalization(outputs);
    this.conv2 = new Convolution({ inputs: outputs, outputs, size: 3, padding: 1 }, stream, { weights });
    this.bn2 = new BatchNormalization(outputs);
    this.downsample =
      stride === 1 && inputs === outputs
        ? null
        : [new Convolution({ inputs, outputs, size: 1, stride }, stream, { weights }), new BatchNormalization(outputs)];
  }

  /** Without the ReLU after the sum, which the network applies. */
  forward(x: Tensor, pass: Pass): Tensor {
    const hidden = normalizedConvolution(this.conv1, this.bn1, x, pass, true);
    const residual = normalizedConvolution(this.conv2, this.bn2, hidden, pass, false);
    const shortcut = this.downsample === null ? x : normalizedConvolution(...this.downsample, x, pass, false);
    return add(residual, shortcut);
  }
}

/**
 * A CIFAR ResNet. Taps: the stem f0 and the stages f1, f2, f3, before (`Preactivation`) and after their last ReLU,
 * and the pooled f3.
 */
export class Resnet extends ImageClassifier {
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly layer1: readonly Block[];
  readonly layer2: readonly Block[];
  readonly layer3: readonly Block[];
  readonly fc: Linear;

  constructor(network: string, shape: ResnetShape, input: ModelInput, classes: number, stream: RandomStream) {
    demandImageSize(network, input);
    const [stem, first, second, third] = shape.widths;
    const { size } = input;
    const half = halved(size);
    const quarter = halved(half);
    const blocks = (shape.depth - 2) / 6;
    super({
      network,
      input,
      classes,
      taps: describeRectifiedStages([
        { side: size, channels: stem },
        { side: size, channels: first },
        { side: half, channels: second },
        { side: quarter, channels: third },
      ]),
      norms: {
        f0Preactivation: "bn1",
        ...Object.fromEntries([1, 2, 3].map((place) => [`f${place}Preactivation`, `layer${place}.${blocks - 1}.bn2`])),
      },
    });
    const stage = (inputs: number, outputs: number, stride: number): Block[] =>
      Array.from({ length: blocks }, (_, index) =>
        index === 0 ? new Block(inputs, outputs, stride, stream) : new Block(outputs, outputs, 1, stream),
      );
    this.conv1 = new Convolution({ inputs: input.channels, outputs: stem, size: 3, padding: 1 }, stream, { weights });
    this.bn1 = new BatchNormalization(stem);
    this.layer1 = stage(stem, first, 1);
    this.layer2 = stage(first, second, 2);
    this.layer3 = stage(second, third, 2);
    this.fc = new Linear({ inputs: third, outputs: classes }, stream);
  }

  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const { pooled, taps } = rectifiedStages(images, [
      (x) => normalizedConvolution(this.conv1, this.bn1, x, pass, false),
      (x) => throughStage(this.layer1, x, pass),
      (x) => throughStage(this.layer2, x, pass),
      (x) => throughStage(this.layer3, x, pass),
    ]);
    return { logits: this.fc.forward(pooled), taps };
  }
}
