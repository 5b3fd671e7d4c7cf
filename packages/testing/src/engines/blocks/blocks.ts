import type { RandomStream } from "@kdf/core";
import { BatchNormalization, Convolution, Linear, Module, normalizedConvolution, type Pass } from "@kdf/nn";
import { add, concatenate, globalAveragePool, maximumPool, rectifiedLinear, reshape, scope, transpose, type Tensor } from "@kdf/tensor";

/** A narrow network around one block: images [B,8,8,3] -> logits [B,5]. */
export abstract class Block extends Module {
  abstract compute(images: Tensor, pass: Pass): Tensor;
}

const classes = 5;
const convolution = (inputs: number, outputs: number, size: number, stream: RandomStream, stride = 1, groups = 1): Convolution =>
  new Convolution({ inputs, outputs, size, stride, padding: Math.floor(size / 2), groups }, stream);

/** Residual block with a projected shortcut (He et al. 2016, ResNet). */
class Residual extends Block {
  readonly stem: Convolution;
  readonly bn0 = new BatchNormalization(6);
  readonly conv1: Convolution;
  readonly bn1 = new BatchNormalization(8);
  readonly conv2: Convolution;
  readonly bn2 = new BatchNormalization(8);
  readonly shortcut: Convolution;
  readonly bn3 = new BatchNormalization(8);
  readonly fc: Linear;

  constructor(stream: RandomStream) {
    super();
    this.stem = convolution(3, 6, 3, stream);
    this.conv1 = convolution(6, 8, 3, stream, 2);
    this.conv2 = convolution(8, 8, 3, stream);
    this.shortcut = convolution(6, 8, 1, stream, 2);
    this.fc = new Linear({ inputs: 8, outputs: classes }, stream);
  }

  compute(images: Tensor, pass: Pass): Tensor {
    const x = normalizedConvolution(this.stem, this.bn0, images, pass, true);
    const inner = normalizedConvolution(this.conv1, this.bn1, x, pass, true);
    const sum = add(normalizedConvolution(this.conv2, this.bn2, inner, pass, false), normalizedConvolution(this.shortcut, this.bn3, x, pass, false));
    return this.fc.forward(globalAveragePool(rectifiedLinear(sum)));
  }
}

/** Norm and rectification before the convolution (Zagoruyko and Komodakis 2016, wide ResNet). */
class Preactivated extends Block {
  readonly stem: Convolution;
  readonly bn1 = new BatchNormalization(6);
  readonly conv1: Convolution;
  readonly bn2 = new BatchNormalization(6);
  readonly conv2: Convolution;
  readonly fc: Linear;

  constructor(stream: RandomStream) {
    super();
    this.stem = convolution(3, 6, 3, stream);
    this.conv1 = convolution(6, 6, 3, stream);
    this.conv2 = convolution(6, 6, 3, stream);
    this.fc = new Linear({ inputs: 6, outputs: classes }, stream);
  }

  compute(images: Tensor, pass: Pass): Tensor {
    const x = this.stem.forward(images);
    const inner = this.conv1.forward(rectifiedLinear(this.bn1.forward(x, pass)));
    const outer = this.conv2.forward(rectifiedLinear(this.bn2.forward(inner, pass)));
    return this.fc.forward(globalAveragePool(add(x, outer)));
  }
}

/** Convolutions, one with a bias, maximum pooling, all values into the classifier (Simonyan and Zisserman 2015, VGG). */
class Plain extends Block {
  readonly conv1: Convolution;
  readonly conv2: Convolution;
  readonly bn2 = new BatchNormalization(9);
  readonly fc: Linear;

  constructor(stream: RandomStream) {
    super();
    this.conv1 = new Convolution({ inputs: 3, outputs: 7, size: 3, padding: 1, bias: true }, stream);
    this.conv2 = convolution(7, 9, 3, stream);
    this.fc = new Linear({ inputs: 36, outputs: classes }, stream);
  }

  compute(images: Tensor, pass: Pass): Tensor {
    const x = maximumPool(rectifiedLinear(this.conv1.forward(images)), 2);
    const map = maximumPool(normalizedConvolution(this.conv2, this.bn2, x, pass, true), 2);
    return this.fc.forward(reshape(map, [map.shape[0]!, 36]));
  }
}

/** Widened, one filter per channel, narrowed (Sandler et al. 2018, MobileNetV2). */
class InvertedResidual extends Block {
  readonly stem: Convolution;
  readonly bn0 = new BatchNormalization(4);
  readonly expand: Convolution;
  readonly bn1 = new BatchNormalization(12);
  readonly depthwise: Convolution;
  readonly bn2 = new BatchNormalization(12);
  readonly project: Convolution;
  readonly bn3 = new BatchNormalization(4);
  readonly fc: Linear;

  constructor(stream: RandomStream) {
    super();
    this.stem = convolution(3, 4, 3, stream, 2);
    this.expand = convolution(4, 12, 1, stream);
    this.depthwise = convolution(12, 12, 3, stream, 1, 12);
    this.project = convolution(12, 4, 1, stream);
    this.fc = new Linear({ inputs: 4, outputs: classes }, stream);
  }

  compute(images: Tensor, pass: Pass): Tensor {
    const x = normalizedConvolution(this.stem, this.bn0, images, pass, true);
    const wide = normalizedConvolution(this.depthwise, this.bn2, normalizedConvolution(this.expand, this.bn1, x, pass, true), pass, true);
    return this.fc.forward(globalAveragePool(add(x, normalizedConvolution(this.project, this.bn3, wide, pass, false))));
  }
}

/** Grouped convolutions with shuffled channels between them (Zhang et al. 2018, ShuffleNet). */
class Shuffled extends Block {
  readonly conv1: Convolution;
  readonly bn1 = new BatchNormalization(6);
  readonly conv2: Convolution;
  readonly bn2 = new BatchNormalization(6);
  readonly fc: Linear;

  constructor(stream: RandomStream) {
    super();
    this.conv1 = convolution(3, 6, 3, stream, 1, 3);
    this.conv2 = convolution(6, 6, 3, stream, 2, 2);
    this.fc = new Linear({ inputs: 12, outputs: classes }, stream);
  }

  compute(images: Tensor, pass: Pass): Tensor {
    const x = normalizedConvolution(this.conv1, this.bn1, images, pass, true);
    const [rows = 0, height = 0, width = 0] = x.shape;
    const shuffled = scope(() => reshape(transpose(reshape(x, [rows * height * width, 3, 2]), [0, 2, 1]), [rows, height, width, 6]));
    const map = normalizedConvolution(this.conv2, this.bn2, shuffled, pass, true);
    return this.fc.forward(concatenate([globalAveragePool(map), globalAveragePool(x)], 1));
  }
}

/** One of each kind that networks are made of. The caller disposes what it makes. */
export const blocks: Readonly<Record<string, new (stream: RandomStream) => Block>> = {
  residual: Residual,
  "pre-activated residual": Preactivated,
  "plain convolution": Plain,
  "inverted residual": InvertedResidual,
  "shuffled groups": Shuffled,
};
