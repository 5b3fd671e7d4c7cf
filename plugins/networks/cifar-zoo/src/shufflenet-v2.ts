import type { ModelInput, RandomStream } from "@kdf/core";
import {
  BatchNormalization,
  Convolution,
  describeRectifiedStages,
  ImageClassifier,
  inTurn,
  Linear,
  Module,
  normalizedConvolution,
  type NetworkOutputs,
  type Pass,
} from "@kdf/nn";
import { concatenate, globalAveragePool, rectifiedLinear, scope, split, type Tensor } from "@kdf/tensor";
import { demandImageSize, halved } from "./image-size.js";
import { shuffleChannels } from "./shuffle-channels.js";

export interface ShufflenetV2Shape {
  /** Channels of the three stages and of what is pooled. */
  readonly widths: readonly [number, number, number, number];
  /** Blocks after the halving one in each of the three stages. */
  readonly blocks: readonly [number, number, number];
}

const stem = 24;
/** What a block is joined of. */
const halves = 2;

/** The first half of the channels passes; the second goes through three convolutions (Ma et al. 2018, figure 3c). */
class Block extends Module {
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly conv2: Convolution;
  readonly bn2: BatchNormalization;
  readonly conv3: Convolution;
  readonly bn3: BatchNormalization;

  constructor(channels: number, stream: RandomStream) {
    super();
    const half = channels / halves;
    this.conv1 = new Convolution({ inputs: half, outputs: half, size: 1 }, stream);
    this.bn1 = new BatchNormalization(half);
    this.conv2 = new Convolution({ inputs: half, outputs: half, size: 3, padding: 1, groups: half }, stream);
    this.bn2 = new BatchNormalization(half);
    this.conv3 = new Convolution({ inputs: half, outputs: half, size: 1 }, stream);
    this.bn3 = new BatchNormalization(half);
  }

  /** The half that passes, and the other before its last ReLU. */
  compute(x: Tensor, pass: Pass): readonly [Tensor, Tensor] {
    const half = x.shape[3]! / halves;
    const [passed, given] = split(x, [half, half], 3) as [Tensor, Tensor];
    const hidden = normalizedConvolution(this.conv1, this.bn1, given, pass, true);
    const filtered = normalizedConvolution(this.conv2, this.bn2, hidden, pass, false);
    return [passed, normalizedConvolution(this.conv3, this.bn3, filtered, pass, false)];
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [passed, before] = this.compute(x, pass);
    return joined(passed, rectifiedLinear(before));
  }
}

/** Halves the map: two branches, both convolved (figure 3d). */
class HalvingBlock extends Module {
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly conv2: Convolution;
  readonly bn2: BatchNormalization;
  readonly conv3: Convolution;
  readonly bn3: BatchNormalization;
  readonly conv4: Convolution;
  readonly bn4: BatchNormalization;
  readonly conv5: Convolution;
  readonly bn5: BatchNormalization;

  constructor(inputs: number, outputs: number, stream: RandomStream) {
    super();
    const half = outputs / halves;
    this.conv1 = new Convolution({ inputs, outputs: inputs, size: 3, stride: 2, padding: 1, groups: inputs }, stream);
    this.bn1 = new BatchNormalization(inputs);
    this.conv2 = new Convolution({ inputs, outputs: half, size: 1 }, stream);
    this.bn2 = new BatchNormalization(half);
    this.conv3 = new Convolution({ inputs, outputs: half, size: 1 }, stream);
    this.bn3 = new BatchNormalization(half);
    this.conv4 = new Convolution({ inputs: half, outputs: half, size: 3, stride: 2, padding: 1, groups: half }, stream);
    this.bn4 = new BatchNormalization(half);
    this.conv5 = new Convolution({ inputs: half, outputs: half, size: 1 }, stream);
    this.bn5 = new BatchNormalization(half);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const filtered = normalizedConvolution(this.conv1, this.bn1, x, pass, false);
    const left = normalizedConvolution(this.conv2, this.bn2, filtered, pass, true);
    const widened = normalizedConvolution(this.conv3, this.bn3, x, pass, true);
    const reduced = normalizedConvolution(this.conv4, this.bn4, widened, pass, false);
    return joined(left, normalizedConvolution(this.conv5, this.bn5, reduced, pass, true));
  }
}

const joined = (left: Tensor, right: Tensor): Tensor => scope(() => shuffleChannels(concatenate([left, right], 3), halves));

type Stage = readonly [HalvingBlock, ...Block[]];

/**
 * A ShuffleNetV2 (Ma et al. 2018) with the stem that the distillation literature gives it on small images: a 1x1
 * convolution of stride 1. Taps: the stem f0 and the stages f1, f2, f3 after their last ReLU and shuffle, the pooled
 * end, and before that ReLU and that shuffle (`Preactivation`).
 */
export class ShufflenetV2 extends ImageClassifier {
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly layer1: Stage;
  readonly layer2: Stage;
  readonly layer3: Stage;
  readonly conv2: Convolution;
  readonly bn2: BatchNormalization;
  readonly linear: Linear;

  constructor(network: string, shape: ShufflenetV2Shape, input: ModelInput, classes: number, stream: RandomStream) {
    demandImageSize(network, input);
    const [first, second, third, last] = shape.widths;
    const { size } = input;
    const [half, quarter, eighth] = [halved(size), halved(halved(size)), halved(halved(halved(size)))] as const;
    super({
      network,
      input,
      classes,
      taps: {
        ...describeRectifiedStages([
          { side: size, channels: stem },
          { side: half, channels: first },
          { side: quarter, channels: second },
          { side: eighth, channels: third },
        ]),
        pooled: [last],
      },
    });
    const stage = (blocks: number, inputs: number, outputs: number): Stage => [
      new HalvingBlock(inputs, outputs, stream),
      ...Array.from({ length: blocks }, () => new Block(outputs, stream)),
    ];
    this.conv1 = new Convolution({ inputs: input.channels, outputs: stem, size: 1 }, stream);
    this.bn1 = new BatchNormalization(stem);
    this.layer1 = stage(shape.blocks[0], stem, first);
    this.layer2 = stage(shape.blocks[1], first, second);
    this.layer3 = stage(shape.blocks[2], second, third);
    this.conv2 = new Convolution({ inputs: third, outputs: last, size: 1 }, stream);
    this.bn2 = new BatchNormalization(last);
    this.linear = new Linear({ inputs: last, outputs: classes }, stream);
  }

  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const f0Preactivation = normalizedConvolution(this.conv1, this.bn1, images, pass, false);
    const f0 = rectifiedLinear(f0Preactivation);
    const [f1, f1Preactivation] = through(this.layer1, f0, pass);
    const [f2, f2Preactivation] = through(this.layer2, f1, pass);
    const [f3, f3Preactivation] = through(this.layer3, f2, pass);
    const pooled = globalAveragePool(normalizedConvolution(this.conv2, this.bn2, f3, pass, true));
    const taps = { f0, f1, f2, f3, pooled, f0Preactivation, f1Preactivation, f2Preactivation, f3Preactivation };
    return { logits: this.linear.forward(pooled), taps };
  }
}

/** x through a stage: its map, and the two halves of it before the last ReLU and shuffle. */
function through(stage: Stage, x: Tensor, pass: Pass): readonly [Tensor, Tensor] {
  const steps = stage.slice(0, -1).map((block) => (y: Tensor) => block.forward(y, pass));
  const [passed, before] = (stage.at(-1) as Block).compute(inTurn(x, steps), pass);
  return [joined(passed, rectifiedLinear(before)), concatenate([passed, before], 3)];
}
