import type { ModelInput, RandomStream } from "@kdf/core";
import {
  BatchNormalization,
  Convolution,
  describeRectifiedStages,
  ImageClassifier,
  Linear,
  Module,
  normalizedConvolution,
  rectifiedStages,
  throughStage,
  type NetworkOutputs,
  type Pass,
} from "@kdf/nn";
import { add, averagePool, concatenate, scope, type Tensor } from "@kdf/tensor";
import { demandImageSize, halved } from "./image-size.js";
import { shuffleChannels } from "./shuffle-channels.js";

export interface ShufflenetV1Shape {
  readonly groups: number;
  /** Channels of the three stages. */
  readonly widths: readonly [number, number, number];
  /** Blocks of the three stages. */
  readonly blocks: readonly [number, number, number];
}

const stem = 24;

/**
 * Grouped 1x1 convolution, shuffle, one 3x3 filter per channel, grouped 1x1 convolution. With stride 2 the input,
 * averaged over 3x3 (zeros of the border counted), is joined as further channels; else it is added.
 */
class Block extends Module {
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly conv2: Convolution;
  readonly bn2: BatchNormalization;
  readonly conv3: Convolution;
  readonly bn3: BatchNormalization;

  constructor(inputs: number, outputs: number, stride: number, groups: number, stream: RandomStream) {
    super();
    const inner = Math.trunc(outputs / 4);
    // The few channels of the stem are not split.
    this.conv1 = new Convolution({ inputs, outputs: inner, size: 1, groups: inputs === stem ? 1 : groups }, stream);
    this.bn1 = new BatchNormalization(inner);
    this.conv2 = new Convolution({ inputs: inner, outputs: inner, size: 3, stride, padding: 1, groups: inner }, stream);
    this.bn2 = new BatchNormalization(inner);
    this.conv3 = new Convolution({ inputs: inner, outputs, size: 1, groups }, stream);
    this.bn3 = new BatchNormalization(outputs);
  }

  /** Without the ReLU after the sum or the joining, which the network applies. */
  forward(x: Tensor, pass: Pass): Tensor {
    const narrowed = normalizedConvolution(this.conv1, this.bn1, x, pass, true);
    const { groups } = this.conv1;
    const shuffled = groups === 1 ? narrowed : shuffleChannels(narrowed, groups);
    const filtered = normalizedConvolution(this.conv2, this.bn2, shuffled, pass, true);
    const residual = normalizedConvolution(this.conv3, this.bn3, filtered, pass, false);
    if (this.conv2.stride === 1) return add(residual, x);
    return scope(() => concatenate([residual, averagePool(x, 3, 2, 1)], 3));
  }
}

/**
 * A ShuffleNet (Zhang et al. 2018) with the stem that the distillation literature gives it on small images: a 1x1
 * convolution of stride 1. Taps: the stem f0 and the stages f1, f2, f3, before (`Preactivation`) and after their last
 * ReLU, and the pooled f3.
 */
export class ShufflenetV1 extends ImageClassifier {
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly layer1: readonly Block[];
  readonly layer2: readonly Block[];
  readonly layer3: readonly Block[];
  readonly linear: Linear;

  constructor(network: string, shape: ShufflenetV1Shape, input: ModelInput, classes: number, stream: RandomStream) {
    demandImageSize(network, input);
    const [first, second, third] = shape.widths;
    const { size } = input;
    const [half, quarter, eighth] = [halved(size), halved(halved(size)), halved(halved(halved(size)))] as const;
    super({
      network,
      input,
      classes,
      taps: describeRectifiedStages([
        { side: size, channels: stem },
        { side: half, channels: first },
        { side: quarter, channels: second },
        { side: eighth, channels: third },
      ]),
    });
    const stage = (blocks: number, inputs: number, outputs: number): Block[] =>
      Array.from({ length: blocks }, (_, index) =>
        index === 0
          ? new Block(inputs, outputs - inputs, 2, shape.groups, stream)
          : new Block(outputs, outputs, 1, shape.groups, stream),
      );
    this.conv1 = new Convolution({ inputs: input.channels, outputs: stem, size: 1 }, stream);
    this.bn1 = new BatchNormalization(stem);
    this.layer1 = stage(shape.blocks[0], stem, first);
    this.layer2 = stage(shape.blocks[1], first, second);
    this.layer3 = stage(shape.blocks[2], second, third);
    this.linear = new Linear({ inputs: third, outputs: classes }, stream);
  }

  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const { pooled, taps } = rectifiedStages(images, [
      (x) => normalizedConvolution(this.conv1, this.bn1, x, pass, false),
      (x) => throughStage(this.layer1, x, pass),
      (x) => throughStage(this.layer2, x, pass),
      (x) => throughStage(this.layer3, x, pass),
    ]);
    return { logits: this.linear.forward(pooled), taps };
  }
}
