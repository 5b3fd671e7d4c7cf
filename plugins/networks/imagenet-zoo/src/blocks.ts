import type { RandomStream } from "@kdf/core";
import { BatchNormalization, Convolution, initializers, Module, normalizedConvolution, type Pass } from "@kdf/nn";
import { add, type Tensor } from "@kdf/tensor";

export const weights = initializers.kaimingNormal;

type Projection = readonly [Convolution, BatchNormalization];

/** What is added to the residual: the input, convolved where its shape differs. */
function projection(inputs: number, outputs: number, stride: number, stream: RandomStream): Projection | null {
  if (stride === 1 && inputs === outputs) return null;
  return [new Convolution({ inputs, outputs, size: 1, stride }, stream, { weights }), new BatchNormalization(outputs)];
}

const shortcut = (projected: Projection | null, x: Tensor, pass: Pass): Tensor =>
  projected === null ? x : normalizedConvolution(...projected, x, pass, false);

/** A block of a ResNet; the ReLU after its sum is applied by the network. */
export interface Block extends Module {
  forward(x: Tensor, pass: Pass): Tensor;
}

/** Two 3x3 convolutions (He et al. 2015, figure 5, left). */
export class BasicBlock extends Module implements Block {
  static readonly expansion = 1;
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly conv2: Convolution;
  readonly bn2: BatchNormalization;
  readonly downsample: Projection | null;

  constructor(inputs: number, width: number, stride: number, stream: RandomStream) {
    super();
    this.conv1 = new Convolution({ inputs, outputs: width, size: 3, stride, padding: 1 }, stream, { weights });
    this.bn1 = new BatchNormalization(width);
    this.conv2 = new Convolution({ inputs: width, outputs: width, size: 3, padding: 1 }, stream, { weights });
    this.bn2 = new BatchNormalization(width);
    this.downsample = projection(inputs, width, stride, stream);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const hidden = normalizedConvolution(this.conv1, this.bn1, x, pass, true);
    const residual = normalizedConvolution(this.conv2, this.bn2, hidden, pass, false);
    return add(residual, shortcut(this.downsample, x, pass));
  }
}

/** 1x1, 3x3 with the stride (as torchvision has it, "v1.5"), 1x1 to four times the width (figure 5, right). */
export class Bottleneck extends Module implements Block {
  static readonly expansion = 4;
  readonly conv1: Convolution;
  readonly bn1: BatchNormalization;
  readonly conv2: Convolution;
  readonly bn2: BatchNormalization;
  readonly conv3: Convolution;
  readonly bn3: BatchNormalization;
  readonly downsample: Projection | null;

  constructor(inputs: number, width: number, stride: number, stream: RandomStream) {
    super();
    const outputs = Bottleneck.expansion * width;
    this.conv1 = new Convolution({ inputs, outputs: width, size: 1 }, stream, { weights });
    this.bn1 = new BatchNormalization(width);
    this.conv2 = new Convolution({ inputs: width, outputs: width, size: 3, stride, padding: 1 }, stream, { weights });
    this.bn2 = new BatchNormalization(width);
    this.conv3 = new Convolution({ inputs: width, outputs, size: 1 }, stream, { weights });
    this.bn3 = new BatchNormalization(outputs);
    this.downsample = projection(inputs, outputs, stride, stream);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const narrowed = normalizedConvolution(this.conv1, this.bn1, x, pass, true);
    const hidden = normalizedConvolution(this.conv2, this.bn2, narrowed, pass, true);
    const residual = normalizedConvolution(this.conv3, this.bn3, hidden, pass, false);
    return add(residual, shortcut(this.downsample, x, pass));
  }
}
