/**
 * A source of random numbers for one purpose at one position of the run.
 * Two streams made for the same position yield the same numbers, so nothing of a stream is ever saved.
 */
export interface RandomStream {
  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number;
  /** A whole number in [0, bound). */
  integer(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** Beta(alpha, beta), both positive. */
  beta(alpha: number, beta: number): number;
  /** A uniformly drawn permutation of 0 … length-1. */
  permutation(length: number): number[];
  /** `count` different whole numbers of [0, bound), in the order drawn. */
  choose(bound: number, count: number): number[];
}

/** Where in a run a stream is used. */
export interface StreamPosition {
  readonly stage?: number;
  readonly epoch?: number;
  readonly step?: number;
  readonly row?: number;
}

/** Streams are pure functions of (seed, name, position): see docs/adr/0003. */
export interface Streams {
  readonly seed: number;
  at(name: string, position?: StreamPosition): RandomStream;
}
