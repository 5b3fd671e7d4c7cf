import { randomArgumentInvalid, type RandomStream } from "@kdf/core";

/** A source of 32 random bits as a signed whole number. */
export interface Generator {
  next(): number;
}

const two26 = 2 ** 26;
const two53 = 2 ** 53;

/**
 * Distributions over a generator of bits. The high bits of each word are taken: the lowest bits of xoroshiro128+ are
 * its weakest (Blackman and Vigna 2021). No sine, cosine or power: their last bit differs between machines.
 */
export class GeneratorStream implements RandomStream {
  readonly #generator: Generator;
  #spareNormal: number | undefined;

  constructor(generator: Generator) {
    this.#generator = generator;
  }

  uniform(): number {
    return this.#bits53() / two53;
  }

  /** Draws as many bits as `bound` needs until they are below it: no value is likelier than another. */
  integer(bound: number): number {
    demand(Number.isSafeInteger(bound) && bound >= 1, `a whole number below ${bound}`, "a whole bound of at least 1");
    if (bound === 1) return 0;
    if (bound <= 2 ** 32) {
      const shift = Math.clz32(bound - 1);
      for (;;) {
        const value = (this.#generator.next() >>> shift) >>> 0;
        if (value < bound) return value;
      }
    }
    let range = 2 ** 33;
    while (range < bound) range *= 2;
    for (;;) {
      const value = Math.floor((this.#bits53() / two53) * range);
      if (value < bound) return value;
    }
  }

  /** The polar method (Marsaglia and Bray 1964), which makes two at a time. */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const squared = x * x + y * y;
      if (squared >= 1 || squared === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(squared)) / squared);
      this.#spareNormal = y * factor;
      return x * factor;
    }
  }

  /** a / (a + b) of two gamma variates, from their logarithms: small parameters would underflow. */
  beta(alpha: number, beta: number): number {
    demand(
      alpha > 0 && beta > 0 && Number.isFinite(alpha) && Number.isFinite(beta),
      `Beta(${alpha}, ${beta})`,
      "two positive, finite parameters",
    );
    if (alpha === 1 && beta === 1) return this.uniform();
    const difference = this.#logGamma(beta) - this.#logGamma(alpha);
    return 1 / (1 + Math.exp(difference));
  }

  permutation(length: number): number[] {
    return this.choose(length, length);
  }

  /** The first `count` places of a Fisher-Yates shuffle of 0 … bound-1. */
  choose(bound: number, count: number): number[] {
    demand(
      Number.isSafeInteger(bound) && Number.isSafeInteger(count) && count >= 0 && count <= bound,
      `${count} different whole numbers below ${bound}`,
      "whole numbers, no more of them than there are",
    );
    // A shuffle of few places of a large range moves few values: only these are held. The draws are the same.
    return count > bound / 8 ? this.#shuffleAll(bound, count) : this.#shuffleMoved(bound, count);
  }

  #shuffleAll(bound: number, count: number): number[] {
    const values = Array.from({ length: bound }, (_, place) => place);
    for (let place = 0; place < count; place += 1) {
      const other = place + this.integer(bound - place);
      const drawn = values[other]!;
      values[other] = values[place]!;
      values[place] = drawn;
    }
    values.length = count;
    return values;
  }

  #shuffleMoved(bound: number, count: number): number[] {
    const moved = new Map<number, number>();
    return Array.from({ length: count }, (_, place) => {
      const other = place + this.integer(bound - place);
      const drawn = moved.get(other) ?? other;
      moved.set(other, moved.get(place) ?? place);
      return drawn;
    });
  }

  /** A whole number in [0, 2^53). */
  #bits53(): number {
    const low = this.#generator.next() >>> 6;
    const high = this.#generator.next() >>> 5;
    return high * two26 + low;
  }

  /** The logarithm of a Gamma(shape, 1) variate (Marsaglia and Tsang 2000; below 1 by their section 6). */
  #logGamma(shape: number): number {
    if (shape < 1) return this.#logGamma(shape + 1) + Math.log(1 - this.uniform()) / shape;
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const root = 1 + c * x;
      if (root <= 0) continue;
      const v = root * root * root;
      const uniform = 1 - this.uniform();
      if (Math.log(uniform) < 0.5 * x * x + d * (1 - v + Math.log(v))) return Math.log(d) + Math.log(v);
    }
  }
}

function demand(fits: boolean, draw: string, expected: string): void {
  if (!fits) throw randomArgumentInvalid({ draw, expected });
}
