import type { RandomStream, TensorLike } from "@kdf/core";
import { BatchStandardization, Convolution, inTurn, Module, TransposedConvolution } from "@kdf/nn";
import { leakyRectifiedLinear, type Tensor } from "@kdf/tensor";

const slope = 0.1;

const rectified = (x: Tensor): Tensor => leakyRectifiedLinear(x, slope);

type Filters = Convolution | TransposedConvolution;

/** As in PyTorch's Sequential, where the places of a norm that is left out and of the ReLU stay empty. */
type Layers = readonly (Filters | BatchStandardization | null)[];

/** Each convolution, and the norm behind it if there is one, is followed by a leaky ReLU. */
function through(layers: Layers, x: TensorLike): Tensor {
  const steps = layers.flatMap((layer, place) => {
    if (layer === null) return [];
    const normalizes = layers[place + 1] instanceof BatchStandardization;
    const step = (y: Tensor): Tensor => layer.forward(y);
    return layer instanceof BatchStandardization || !normalizes ? [step, rectified] : [step];
  });
  return inTurn(x as Tensor, steps);
}

/** 3x3 filters with biases that keep height and width. */
const filters = (inputs: number, outputs: number) => ({ inputs, outputs, size: 3, padding: 1, bias: true });

/** Learns the teacher's map in fewer channels, the factor, by building the map again from it. */
export class Paraphraser extends Module {
  readonly encoder: Layers;
  readonly decoder: Layers;

  constructor(channels: number, factors: number, stream: RandomStream) {
    super();
    const convolution = (inputs: number, outputs: number): Filters => new Convolution(filters(inputs, outputs), stream);
    const transposed = (inputs: number, outputs: number): Filters => new TransposedConvolution(filters(inputs, outputs), stream);
    this.encoder = [convolution(channels, channels), null, null, convolution(channels, factors), null, null, convolution(factors, factors)];
    this.decoder = [transposed(factors, factors), null, null, transposed(factors, channels), null, null, transposed(channels, channels)];
  }

  /** [B,H,W,channels] -> [B,H,W,factors], owned by the caller. */
  factor(map: TensorLike): Tensor {
    return through(this.encoder, map);
  }

  /** [B,H,W,channels] -> the same shape: what the factor says of it. Owned by the caller. */
  reconstruct(map: TensorLike): Tensor {
    return inTurn(map as Tensor, [(x) => this.factor(x), (factor) => through(this.decoder, factor)]);
  }
}

/** Makes a factor of the student's map. */
export class Translator extends Module {
  readonly encoder: Layers;

  constructor(channels: number, factors: number, stream: RandomStream) {
    super();
    const normalized = (inputs: number, outputs: number): Layers => [new Convolution(filters(inputs, outputs), stream), new BatchStandardization(outputs), null];
    this.encoder = [...normalized(channels, channels), ...normalized(channels, factors), ...normalized(factors, factors)];
  }

  /** [B,H,W,channels] -> [B,H,W,factors], owned by the caller. */
  factor(map: TensorLike): Tensor {
    return through(this.encoder, map);
  }
}
