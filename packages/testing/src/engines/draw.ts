import type { RandomStream } from "@kdf/core";
import { createStreams } from "@kdf/tensor";
import type { Values } from "./computation.js";

/** Inputs by a seed: the same in every process. */
export class Draw {
  readonly #stream: RandomStream;

  constructor(name: string) {
    this.#stream = createStreams(1).at(`engines/${name}`);
  }

  integer(low: number, high: number): number {
    return low + this.#stream.integer(high - low + 1);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.#stream.integer(choices.length)]!;
  }

  /** Uniform in [low, high). */
  floats(shape: readonly number[], low = -1, high = 1): Values {
    const data = new Float32Array(elements(shape)).map(() => low + (high - low) * this.#stream.uniform());
    return { shape, data };
  }

  /** Whole numbers of [0, bound). */
  integers(shape: readonly number[], bound: number): Values {
    return { shape, data: new Int32Array(elements(shape)).map(() => this.#stream.integer(bound)) };
  }

  /** All different, as places of [0, bound). */
  places(count: number, bound: number): Values {
    return { shape: [count], data: Int32Array.from(this.#stream.choose(bound, count)) };
  }
}

const elements = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
