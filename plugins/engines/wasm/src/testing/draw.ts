/** A small seeded generator (mulberry32). */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)]!;
  }

  /** Numbers in [-1, 1), or shifted by `center`. */
  numbers(shape: readonly number[], center = 0): Values {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    return { shape: [...shape], data: data.map(() => center + 2 * this.uniform() - 1) };
  }
}

/** A tensor of no engine. */
export interface Values {
  readonly shape: number[];
  readonly data: Float32Array | Int32Array;
}
