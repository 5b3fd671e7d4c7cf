import type { ModelInput, RandomStream } from "@kdf/core";
import {
  BatchNormalization,
  Convolution,
  describeRectifiedStages,
  ImageClassifier,
  initializers,
  inTurn,
  Linear,
  Module,
  normalizedConvolution,
  type NetworkOutputs,
  type Pass,
} from "@kdf/nn";
import { add, globalAveragePool, rectifiedLinear, type Tensor } from "@kdf/tensor";
import { demandImageSize, halved } from "./image-size.js";

export interface WideResnetShape {
  /** 6n + 4: n blocks of two convolutions in each of three stages. */
  readonly depth: number;
  /** How many times wider than a ResNet of widths 16, 32 and 64. */
  readonly factor: number;
}

const weights = initializers.kaimingNormal;

/**
 * Norm and ReLU come before each convolution (Zagoruyko and Komodakis 2016). Where the width changes, the shortcut
 * convolves the input after its norm and ReLU; else the input itself passes.
 */
class Block extends Module {
  readonly bn1: BatchNormalization;
  readonly conv1: Convolution;
  readonly bn2: BatchNormalization;
  readonly conv2: Convolution;
  readonly convShortcut: Convolution | null;

  constructor(inputs: number, outputs: number, stride: number, stream: RandomStream) {
    super();
    this.bn1 = new BatchNormalization(inputs);
    this.conv1 = new Convolution({ inputs, outputs, size: 3, stride, padding: 1 }, stream, { weights });
    this.bn2 = new BatchNormalization(outputs);
    this.conv2 = new Convolution({ inputs: outputs, outputs, size: 3, padding: 1 }, stream, { weights });
    this.convShortcut =
      inputs === outputs ? null : new Convolution({ inputs, outputs, size: 1, stride }, stream, { weights });
  }

  /** `normalized` is what `bn1` makes of x. */
  forward(x: Tensor, pass: Pass, normalized = this.bn1.forward(x, pass)): Tensor {
    const active = rectifiedLinear(normalized);
    const hidden = normalizedConvolution(this.conv1, this.bn2, active, pass, true);
    return add(this.conv2.forward(hidden), this.convShortcut === null ? x : this.convShortcut.forward(active));
  }
}

class Stage extends Module {
  readonly layer: readonly Block[];

  constructor(blocks: number, inputs: number, outputs: number, stride: number, stream: RandomStream) {
    super();
    this.layer = Array.from({ length: blocks }, (_, index) =>
      index === 0 ? new Block(inputs, outputs, stride, stream) : new Block(outputs, outputs, 1, stream),
    );
  }

  /** The first norm's output, which a tap shows, and the stage's. */
  forward(x: Tensor, pass: Pass): readonly [Tensor, Tensor] {
    const normalized = this.layer[0]!.bn1.forward(x, pass);
    const steps = this.layer.map((block, place) => (y: Tensor) => block.forward(y, pass, place === 0 ? normalized : undefined));
    return [normalized, inTurn(x, steps)];
  }
}

/**
 * A wide ResNet. Taps: the stem f0 and the stages f1, f2, f3, all before any norm and ReLU, the pooled end, and each map
 * after the norm that follows it, before its ReLU (`Preactivation`).
 */
export class WideResnet extends ImageClassifier {
  readonly conv1: Convolution;
  readonly block1: Stage;
  readonly block2: Stage;
  readonly block3: Stage;
  readonly bn1: BatchNormalization;
  readonly fc: Linear;

  constructor(network: string, shape: WideResnetShape, input: ModelInput, classes: number, stream: RandomStream) {
    demandImageSize(network, input);
    const [first, second, third] = [16 * shape.factor, 32 * shape.factor, 64 * shape.factor] as const;
    const { size } = input;
    const half = halved(size);
    const quarter = halved(half);
    super({
      network,
      input,
      classes,
      taps: describeRectifiedStages([
        { side: size, channels: 16 },
        { side: size, channels: first },
        { side: half, channels: second },
        { side: quarter, channels: third },
      ]),
      norms: {
        ...Object.fromEntries([0, 1, 2].map((place) => [`f${place}Preactivation`, `block${place + 1}.layer.0.bn1`])),
        f3Preactivation: "bn1",
      },
    });
    const blocks = (shape.depth - 4) / 6;
    this.conv1 = new Convolution({ inputs: input.channels, outputs: 16, size: 3, padding: 1 }, stream, { weights });
    this.block1 = new Stage(blocks, 16, first, 1, stream);
    this.block2 = new Stage(blocks, first, second, 2, stream);
    this.block3 = new Stage(blocks, second, third, 2, stream);
    this.bn1 = new BatchNormalization(third);
    this.fc = new Linear({ inputs: third, outputs: classes }, stream, { biases: initializers.zeros });
  }

  protected compute(images: Tensor, pass: Pass): NetworkOutputs {
    const f0 = this.conv1.forward(images);
    const [f0Preactivation, f1] = this.block1.forward(f0, pass);
    const [f1Preactivation, f2] = this.block2.forward(f1, pass);
    const [f2Preactivation, f3] = this.block3.forward(f2, pass);
    const f3Preactivation = this.bn1.forward(f3, pass);
    const pooled = globalAveragePool(rectifiedLinear(f3Preactivation));
    const taps = { f0, f1, f2, f3, pooled, f0Preactivation, f1Preactivation, f2Preactivation, f3Preactivation };
    return { logits: this.fc.forward(pooled), taps };
  }
}
