import type { RandomStream } from "@kdf/core";

/** How many inputs feed one output, and how many outputs one input feeds, kernel positions counted. */
export interface Fans {
  readonly in: number;
  readonly out: number;
}

/** Makes the first values of a weight. */
export type Initializer = (stream: RandomStream, count: number, fans: Fans) => Float32Array;

/** N(0, deviation²). */
export const normal =
  (deviation: number): Initializer =>
  (stream, count) => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i += 1) values[i] = deviation * stream.normal();
    return values;
  };

/** N(0, 2 / fan out): He et al. 2015, for a ReLU, keeping the variance of gradients. */
export const kaimingNormal: Initializer = (stream, count, fans) => normal(Math.sqrt(2 / fans.out))(stream, count, fans);

/** U(-1/√fan in, 1/√fan in): what PyTorch gives convolutions and linear layers, weights and biases alike. */
export const uniformByFanIn: Initializer = (stream, count, fans) => {
  const bound = 1 / Math.sqrt(fans.in);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 1) values[i] = bound * (2 * stream.uniform() - 1);
  return values;
};

export const zeros: Initializer = (_, count) => new Float32Array(count);
