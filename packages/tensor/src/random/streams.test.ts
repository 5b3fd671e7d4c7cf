import { readFileSync } from "node:fs";
import type { RandomStream, StreamPosition } from "@kdf/core";
import { describe, expect, test } from "vitest";
import { createStreams } from "./streams.js";

interface Case {
  readonly seed: number;
  readonly name: string;
  readonly position: StreamPosition;
  readonly draws: Readonly<Record<string, readonly number[]>>;
}

// Computed apart from this code from the published definitions: scripts/stream-cases.py. A change here changes runs.
const cases = JSON.parse(readFileSync(new URL("stream-cases.json", import.meta.url), "utf8")) as Case[];

const draws: Readonly<Record<string, (stream: RandomStream) => number[]>> = {
  uniform: (stream) => repeat(4, () => stream.uniform()),
  integer: (stream) => [1, 2, 6, 100, 2 ** 20, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1].map((bound) => stream.integer(bound)),
  normal: (stream) => repeat(5, () => stream.normal()),
  beta: (stream) =>
    ([[1, 1], [0.2, 0.2], [2, 5], [0.5, 3], [30, 1]] as const).map(([alpha, beta]) => stream.beta(alpha, beta)),
  permutation: (stream) => stream.permutation(12),
  "choose few": (stream) => stream.choose(50_000, 5),
  "choose many": (stream) => stream.choose(20, 15),
};

describe.each(cases)("the stream of $seed, $name, $position", ({ seed, name, position, draws: expected }) => {
  test.each(Object.keys(draws))("%s", (draw) => {
    const got = draws[draw]!(createStreams(seed).at(name, position));
    if (draw === "normal" || draw === "beta") {
      // Logarithms may differ from Python's in the last bits.
      expect(got).toHaveLength(expected[draw]!.length);
      got.forEach((value, place) => expect(value).toBeCloseTo(expected[draw]![place]!, 12));
    } else {
      expect(got).toEqual(expected[draw]);
    }
  });
});

test("the same position gives the same numbers, however often and whenever it is asked for", () => {
  const streams = createStreams(3);
  const first = repeat(8, ((stream) => () => stream.uniform())(streams.at("order", { epoch: 1 })));
  streams.at("another").permutation(100);
  expect(repeat(8, ((stream) => () => stream.uniform())(streams.at("order", { epoch: 1 })))).toEqual(first);
});

test("seed, name and every part of the position tell streams apart; leaving a part out is not zero", () => {
  const firsts = [
    createStreams(3).at("a"),
    createStreams(4).at("a"),
    createStreams(3).at("b"),
    ...(["stage", "epoch", "step", "row"] as const).flatMap((part) => [
      createStreams(3).at("a", { [part]: 0 }),
      createStreams(3).at("a", { [part]: 1 }),
    ]),
  ].map((stream) => stream.uniform());
  expect(new Set(firsts).size).toBe(firsts.length);
});

test("first numbers of streams side by side are uniform and uncorrelated", () => {
  const count = 20_000;
  const firsts = repeat(count, ((step) => () => createStreams(1).at("crop", { epoch: 0, step: step++ }).uniform())(0));
  expect(kolmogorov(firsts, (x) => x)).toBeLessThan(0.01904);
  const lagged = correlation(firsts.slice(0, -1), firsts.slice(1));
  expect(Math.abs(lagged)).toBeLessThan(5 / Math.sqrt(count));
});

function repeat<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

/** The largest distance between the empirical and the given cumulative distribution. */
function kolmogorov(values: readonly number[], cumulative: (x: number) => number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.max(
    ...sorted.map((value, place) =>
      Math.max(cumulative(value) - place / sorted.length, (place + 1) / sorted.length - cumulative(value)),
    ),
  );
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [average(a), average(b)];
  const covariance = average(a.map((value, place) => (value - meanA) * (b[place]! - meanB)));
  const variance = (values: readonly number[], mean: number): number => average(values.map((value) => (value - mean) ** 2));
  return covariance / Math.sqrt(variance(a, meanA) * variance(b, meanB));
}
