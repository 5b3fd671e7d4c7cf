import type { ParameterLike, TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { unwrap, type Tensor } from "./tensor.js";

/** A weight (trainable) or a running statistic (not). Owns its value until disposed. */
export class Parameter implements ParameterLike {
  readonly trainable: boolean;
  readonly #variable: tf.Variable;

  /** Copies `initial`; the caller keeps it. */
  constructor(initial: TensorLike, trainable = true) {
    this.trainable = trainable;
    this.#variable = tf.variable(unwrap(initial), trainable);
  }

  get value(): Tensor {
    return this.#variable;
  }

  get variable(): tf.Variable {
    return this.#variable;
  }

  get shape(): readonly number[] {
    return this.#variable.shape;
  }

  assign(value: TensorLike): void {
    this.#variable.assign(unwrap(value));
  }

  dispose(): void {
    this.#variable.dispose();
  }
}
