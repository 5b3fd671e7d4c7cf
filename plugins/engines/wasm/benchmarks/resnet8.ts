import * as tf from "@tensorflow/tfjs";
import { operations } from "../src/operations.js";

/** Same weights in every run. */
class Draw {
  #state = 1;

  normal(shape: number[], deviation: number): tf.Tensor {
    const data = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => {
      // Twelve uniform numbers make a normal one that is good enough to time with.
      let sum = -6;
      for (let index = 0; index < 12; index++) {
        this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
        sum += this.#state / 2 ** 32;
      }
      return sum * deviation;
    });
    return tf.tensor(data, shape);
  }
}

interface Layer {
  readonly filter: tf.Variable;
  readonly gamma: tf.Variable;
  readonly beta: tf.Variable;
  readonly stride: number;
}

/** The CIFAR ResNet of 8 layers on 28 x 28 gray images: one block each of 16, 32 and 64 channels. */
export class ResNet8 {
  readonly variables: tf.Variable[] = [];
  readonly #draw = new Draw();
  readonly #layers: Layer[];
  readonly #weights: tf.Variable;
  readonly #bias: tf.Variable;

  constructor() {
    this.#layers = [
      this.#layer(3, 1, 16, 1),
      this.#layer(3, 16, 16, 1), this.#layer(3, 16, 16, 1),
      this.#layer(3, 16, 32, 2), this.#layer(3, 32, 32, 1), this.#layer(1, 16, 32, 2),
      this.#layer(3, 32, 64, 2), this.#layer(3, 64, 64, 1), this.#layer(1, 32, 64, 2),
    ];
    this.#weights = this.#variable(this.#draw.normal([64, 10], 0.1));
    this.#bias = this.#variable(tf.zeros([10]));
  }

  /** images [B,28,28,1] to logits [B,10]. `groupRows`: norm groups in training mode; without them, running statistics. */
  forward(images: tf.Tensor, groupRows?: readonly number[]): tf.Tensor {
    const [stem, a1, a2, b1, b2, bs, c1, c2, cs] = this.#layers as [
      Layer, Layer, Layer, Layer, Layer, Layer, Layer, Layer, Layer,
    ];
    const apply = (x: tf.Tensor, layer: Layer) => this.#apply(x, layer, groupRows);
    const rectify = operations.rectifiedLinear;
    const block = (x: tf.Tensor, first: Layer, second: Layer, shortcut?: Layer) =>
      rectify(tf.add(apply(rectify(apply(x, first)), second), shortcut === undefined ? x : apply(x, shortcut)));
    let x = rectify(apply(images, stem));
    x = block(x, a1, a2);
    x = block(x, b1, b2, bs);
    x = block(x, c1, c2, cs);
    const features = tf.reshape(tf.avgPool(x as tf.Tensor4D, 7, 1, "valid"), [images.shape[0]!, 64]);
    return tf.add(tf.matMul(features, this.#weights), this.#bias);
  }

  #apply(x: tf.Tensor, { filter, gamma, beta, stride }: Layer, groupRows?: readonly number[]): tf.Tensor {
    const padding = (filter.shape[0]! - 1) / 2;
    const same = stride === 1;
    const padded = same || padding === 0 ? x : tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]);
    const convolved = tf.conv2d(padded as tf.Tensor4D, filter as unknown as tf.Tensor4D, stride, same ? "same" : "valid");
    if (groupRows === undefined) return tf.add(tf.mul(convolved, gamma), beta);
    return operations.batchNormalizationTraining(convolved, gamma, beta, 1e-5, groupRows).output;
  }

  #layer(size: number, inputs: number, outputs: number, stride: number): Layer {
    return {
      filter: this.#variable(this.#draw.normal([size, size, inputs, outputs], Math.sqrt(2 / (size * size * inputs)))),
      gamma: this.#variable(tf.ones([outputs])),
      beta: this.#variable(tf.zeros([outputs])),
      stride,
    };
  }

  #variable(initial: tf.Tensor): tf.Variable {
    const variable = tf.variable(initial);
    this.variables.push(variable);
    return variable;
  }
}
