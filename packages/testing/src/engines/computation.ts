import type { Tensor } from "@kdf/tensor";

/** A tensor of no engine. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Something that every engine must compute as the reference engine does. */
export interface Computation {
  readonly name: string;
  readonly inputs: readonly Values[];
  /** Called in a scope: every tensor that it makes and does not return is disposed. Keeps the inputs. */
  run(...inputs: readonly Tensor[]): Tensor | readonly Tensor[];
  /**
   * Places of the inputs whose gradient is compared: that of the sum of all float32 outputs, each number with a drawn
   * weight. All float32 inputs, unless given; none of a computation that has no gradient.
   */
  readonly gradients?: readonly number[];
}
