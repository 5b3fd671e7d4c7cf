import { expect, test } from "vitest";
import { createStreams } from "./streams.js";

const stream = (name: string) => createStreams(20_261).at(name);
const repeat = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/**
 * Largest distance from the cumulative distribution that 20,000 values may have: exceeded by one in a million
 * generators that are right; scipy.stats.kstwo.ppf(1 - 1e-6, 20000).
 */
const critical = 0.01904;
const count = 20_000;

test("uniform values", () => {
  const source = stream("uniform");
  const values = repeat(count, () => source.uniform());
  expect(distance(values, (x) => x)).toBeLessThan(critical);
  expectMoments(values, 1 / 2, 1 / 12);
});

test("normal values", () => {
  const source = stream("n");
  const values = repeat(count, () => source.normal());
  expect(distance(values, normalCumulative)).toBeLessThan(critical);
  expectMoments(values, 0, 1);
  // Fourth moment 3: its estimate has the variance 96 / count.
  const fourth = values.reduce((sum, value) => sum + value ** 4, 0) / count;
  expect(Math.abs(fourth - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
});

test.each([
  // Closed forms of the cumulative distribution.
  [1, 1, (x: number) => x],
  [2, 1, (x: number) => x ** 2],
  [1, 3, (x: number) => 1 - (1 - x) ** 3],
  [0.5, 0.5, (x: number) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
  [2, 2, (x: number) => x * x * (3 - 2 * x)],
  [0.3, 1, (x: number) => x ** 0.3],
] as const)("Beta(%d, %d)", (alpha, beta, cumulative) => {
  const source = stream(`beta ${alpha} ${beta}`);
  const values = repeat(count, () => source.beta(alpha, beta));
  expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
  expect(distance(values, cumulative)).toBeLessThan(critical);
  const sum = alpha + beta;
  expectMoments(values, alpha / sum, (alpha * beta) / (sum * sum * (sum + 1)));
});

test("Beta with tiny parameters is near 0 or 1, never not a number", () => {
  const source = stream("tiny");
  const values = repeat(2_000, () => source.beta(1e-8, 1e-8));
  expect(values.every((value) => value < 1e-3 || value > 1 - 1e-3)).toBe(true);
  const ones = values.filter((value) => value > 0.5).length;
  expect(Math.abs(ones - 1_000)).toBeLessThan(5 * Math.sqrt(500));
});

test.each([3, 6, 10, 100])("whole numbers below %d are equally likely", (bound) => {
  const source = stream(`integer ${bound}`);
  const counts = new Array<number>(bound).fill(0);
  for (let draw = 0; draw < 1_000 * bound; draw += 1) counts[source.integer(bound)]! += 1;
  // scipy.stats.chi2.ppf(1 - 1e-6, bound - 1)
  const limits: Readonly<Record<number, number>> = { 3: 27.631, 6: 35.888, 10: 44.811, 100: 180.792 };
  expect(counts.reduce((sum, c) => sum + (c - 1_000) ** 2 / 1_000, 0)).toBeLessThan(limits[bound]!);
});

test("a bound just above half the words shows no bias", () => {
  // Taking words modulo 3·2^30 would make the first 2^30 values twice as likely as the rest.
  const source = stream("biased");
  const low = repeat(count, () => source.integer(3 * 2 ** 30)).filter((value) => value < 2 ** 30).length;
  expect(Math.abs(low - count / 3)).toBeLessThan(5 * Math.sqrt(count * (1 / 3) * (2 / 3)));
});

test("permutations are equally likely", () => {
  const source = stream("permutation");
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 24_000; draw += 1) {
    const key = source.permutation(4).join("");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  const chiSquare = [...counts.values()].reduce((sum, c) => sum + (c - 1_000) ** 2 / 1_000, 0);
  expect(chiSquare).toBeLessThan(70.55); // scipy.stats.chi2.ppf(1 - 1e-6, 23)
});

test("what is chosen is different, in range and equally likely, for few and for many", () => {
  for (const [bound, chosen] of [[40, 3], [40, 30]] as const) {
    const source = stream(`choose ${chosen}`);
    const counts = new Array<number>(bound).fill(0);
    const rounds = 40_000 / chosen;
    for (let round = 0; round < rounds; round += 1) {
      const values = source.choose(bound, chosen);
      expect(new Set(values).size).toBe(chosen);
      for (const value of values) counts[value]! += 1;
    }
    const expected = (Math.ceil(rounds) * chosen) / bound;
    const chiSquare = counts.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(96.13); // scipy.stats.chi2.ppf(1 - 1e-6, 39)
  }
});

test("few of many and many of few are one shuffle: the draws agree", () => {
  // 12 of 100 goes by the list, 5 of 100 by the moved values only: the first five agree.
  const many = stream("prefix").choose(100, 13);
  const few = stream("prefix").choose(100, 5);
  expect(many.slice(0, 5)).toEqual(few);
});

test.each([
  ["a fractional bound", () => stream("x").integer(2.5)],
  ["a bound of zero", () => stream("x").integer(0)],
  ["more than there are", () => stream("x").choose(3, 4)],
  ["Beta of zero", () => stream("x").beta(0, 1)],
  ["Beta of what is no number", () => stream("x").beta(Number.NaN, 1)],
])("%s is refused", (_, draw) => {
  expect(draw).toThrow(expect.objectContaining({ code: "KDF_RANDOM_ARGUMENT_INVALID" }));
});

function expectMoments(values: readonly number[], mean: number, variance: number): void {
  const size = values.length;
  const gotMean = values.reduce((sum, value) => sum + value, 0) / size;
  const gotVariance = values.reduce((sum, value) => sum + (value - gotMean) ** 2, 0) / (size - 1);
  expect(Math.abs(gotMean - mean)).toBeLessThan(5 * Math.sqrt(variance / size));
  // No distribution here has a kurtosis above 3.2.
  expect(Math.abs(gotVariance - variance)).toBeLessThan(5 * variance * Math.sqrt(2.2 / size));
}

function distance(values: readonly number[], cumulative: (x: number) => number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.reduce((largest, value, place) => {
    const expected = cumulative(value);
    return Math.max(largest, expected - place / sorted.length, (place + 1) / sorted.length - expected);
  }, 0);
}

/** 1/2 plus the density times Σ x^(2k+1) / (1·3·…·(2k+1)). */
function normalCumulative(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > 1e-17; k += 1) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + sum * Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}
