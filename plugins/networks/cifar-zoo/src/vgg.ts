import type { ModelInput, RandomStream } from "@kdf/core";
import {
  BatchNormalization,
  Convolution,
  describeRectifiedStages,
  ImageClassifier,
  initializers,
  inTurn,
  Linear,
  normalizedConvolution,
  rectifiedStages,
  type NetworkOutputs,
  type Pass,
} from "@kdf/nn";
import { maximumPool, type Tensor } from "@kdf/tensor";
import { demandImageSize } from "./image-size.js";

/** Convolutions in each of the five blocks. */
export type VggShape = readonly [number, number, number, number, number];

const widths = [64, 128, 256, 512, 512] as const;

/** A block as PyTorch numbers it: convolution, norm, and a ReLU without weights between them and the next pair. */
type Block = readonly (Convolution | BatchNormalization | null)[];

function block(convolutions: number, inputs: number, outputs: number, stream: RandomStream): Block {
  return Array.from({ length: convolutions }, (_, index) => {
    const pair = [
      new Convolution({ inputs: index === 0 ? inputs : outputs, outputs, size: 3, padding: 1, bias: true }, stream, {
        weights: initializers.kaimingNormal,
        biases: initializers.zeros,
      }),
      new BatchNormalization(outputs),
    ];
    return index === 0 ? pair : [null, ...pair];
  }).flat();
}

/** x through a block, without the ReLU after its last norm. */
function through(layers: Block, x: Tensor, pass: Pass): Tensor {
  const steps = layers.flatMap((layer, place) => {
    if (!(layer instanceof Convolution)) return [];
    const norm = layers[place + 1] as BatchNormalization;
    return [(y: Tensor) => normalizedConvolution(layer, norm, y, pass, place + 2 < layers.length)];
  });
  return inTurn(x, steps);
}

/**
 * A VGG with batch norm (Simonyan and Zisserman 2015), as the distillation literature cuts it to small images: the
 * pool before the last block is left out below 64 pixels. Taps: the blocks f0 to f4, before (`Preactivation`) and
 * after their last ReLU, and the pooled f4.
 */
export class Vgg extends ImageClassifier {
  readonly block0: Block;
  readonly block1: Block;
  readonly block2: Block;
  readonly block3: Block;
  readonly block4: Block;
  readonly classifier: Linear;

  constructor(network: string, shape: VggShape, input: ModelInput, classes: number, stream: RandomStream) {
    demandImageSize(network, input);
    const maps = mapSizes(input.size).map((side, place) => ({ side, channels: widths[place]! }));
    super({
      network,
      input,
      classes,
      taps: describeRectifiedStages(maps),
      norms: Object.fromEntries(shape.map((convolutions, place) => [`f${place}Preactivation`, `block${place}.${3 * convolutions - 2}`])),
    });
    this.block0 = block(shape[0], input.channels, widths[0], stream);
    this.block1 = block(shape[1], widths[0], widths[1], stream);
    this.block2 = block(shape[2], widths[1], widths[2], stream);
    this.block3 = block(shape[3], widths[2], widths[3], stream);
    this.block4 = block(shape[4], widths[3], widths[4], stream);
    this.classifier = new Linear({ inputs: 512, outputs: classes }, stream, {
      weights: initializers.normal(0.01),
      biases: initializers.zeros,
    });
  }

  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const { pooled, taps } = rectifiedStages(images, [
      (x) => through(this.block0, x, pass),
      (x) => through(this.block1, maximumPool(x, 2), pass),
      (x) => through(this.block2, maximumPool(x, 2), pass),
      (x) => through(this.block3, maximumPool(x, 2), pass),
      (x) => through(this.block4, images.shape[1] === 64 ? maximumPool(x, 2) : x, pass),
    ]);
    return { logits: this.classifier.forward(pooled), taps };
  }
}

/** Height of each block's maps. Pools of two by two leave out an odd last row and column. */
function mapSizes(size: number): number[] {
  const half = (value: number): number => Math.floor(value / 2);
  const f3 = half(half(half(size)));
  return [size, half(size), half(half(size)), f3, size === 64 ? half(f3) : f3];
}
