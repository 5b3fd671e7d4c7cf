import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { unwrap, type Tensor } from "../tensor.js";

/**
 * Tensors as one row of numbers, end to end, so that an update of many takes as many operations as an update of one:
 * an engine's operation costs some ten microseconds, whatever its size. Called in a scope.
 */
export class FlatLayout {
  readonly #shapes: readonly (readonly number[])[];
  readonly #sizes: readonly number[];

  constructor(shapes: readonly (readonly number[])[]) {
    this.#shapes = shapes;
    this.#sizes = shapes.map((shape) => shape.reduce((product, side) => product * side, 1));
  }

  join(tensors: readonly TensorLike[]): Tensor {
    const rows = tensors.map((tensor) => (tensor.shape.length === 1 ? unwrap(tensor) : tf.reshape(unwrap(tensor), [-1])));
    return rows.length === 1 ? rows[0]! : tf.concat(rows, 0);
  }

  part(flat: Tensor): Tensor[] {
    const rows = this.#shapes.length === 1 ? [tf.clone(flat)] : tf.split(flat, [...this.#sizes], 0);
    return rows.map((row, place) => (this.#shapes[place]!.length === 1 ? row : tf.reshape(row, [...this.#shapes[place]!])));
  }
}
