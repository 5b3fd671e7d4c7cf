import type { ModelInput, RandomStream } from "@kdf/core";
import {
  BatchNormalization,
  Convolution,
  describeRectifiedStages,
  ImageClassifier,
  Linear,
  normalizedConvolution,
  rectifiedStages,
  throughStage,
  type NetworkOutputs,
  type Pass,
} from "@kdf/nn";
import { maximumPool, type Tensor } from "@kdf/tensor";
import { BasicBlock, Bottleneck, weights, type Block } from "./blocks.js";
import { demandImageSize } from "./image-size.js";

export interface ResnetShape {
  readonly block: "basic" | "bottleneck";
  /** Blocks of each of the four stages. */
  readonly blocks: readonly [number, number, number, number];
}

const kinds = { basic: BasicBlock, bottleneck: Bottleneck } as const;
const lastNorms = { basic: "bn2", bottleneck: "bn3" } as const;
const stem = 64;
const widths = [64, 128, 256, 512] as const;

/**
 * A ResNet for ImageNet (He et al. 2015), named as torchvision names it: a 7x7 stem of stride 2, a 3x3 maximum pool of
 * stride 2, four stages. Taps: the stem f0 (before the pool) and the stages f1 to f4, before (`Preactivation`) and after
 * their last ReLU, and the pooled f4.
 */
export class Resnet extends ImageClassifier {
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly layer1: readonly Block[];
  readonly layer2: readonly Block[];
  readonly layer3: readonly Block[];
  readonly layer4: readonly Block[];
  readonly fc: Linear;

  constructor({ block, blocks }: ResnetShape, network: string, input: ModelInput, classes: number, stream: RandomStream) {
    demandImageSize(network, input);
    const { expansion } = kinds[block];
    const outputs = [stem, ...widths.map((width) => expansion * width)];
    const maps = [2, 4, 8, 16, 32].map((factor, place) => ({ side: input.size / factor, channels: outputs[place]! }));
    super({
      network,
      input,
      classes,
      taps: describeRectifiedStages(maps),
      norms: {
        f0Preactivation: "bn1",
        ...Object.fromEntries(blocks.map((count, place) => [`f${place + 1}Preactivation`, `layer${place + 1}.${count - 1}.${lastNorms[block]}`])),
      },
    });
    const stage = (place: 0 | 1 | 2 | 3): Block[] =>
      Array.from({ length: blocks[place] }, (_, index) => {
        const [inputs, stride] = index === 0 ? [outputs[place]!, place === 0 ? 1 : 2] : [outputs[place + 1]!, 1];
        return new kinds[block](inputs, widths[place], stride, stream);
      });
    this.conv1 = new Convolution({ inputs: input.channels, outputs: stem, size: 7, stride: 2, padding: 3 }, stream, { weights });
    this.bn1 = new BatchNormalization(stem);
    this.layer1 = stage(0);
    this.layer2 = stage(1);
    this.layer3 = stage(2);
    this.layer4 = stage(3);
    this.fc = new Linear({ inputs: outputs[4]!, outputs: classes }, stream);
  }

  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const { pooled, taps } = rectifiedStages(images, [
      (x) => normalizedConvolution(this.conv1, this.bn1, x, pass, false),
      (x) => throughStage(this.layer1, maximumPool(x, 3, 2, 1), pass),
      (x) => throughStage(this.layer2, x, pass),
      (x) => throughStage(this.layer3, x, pass),
      (x) => throughStage(this.layer4, x, pass),
    ]);
    return { logits: this.fc.forward(pooled), taps };
  }
}
