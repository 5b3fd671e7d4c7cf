import { readFileSync } from "node:fs";
import type { RandomStream } from "@kdf/core";
import { describe, expect, it } from "vitest";
import { difference, drawPlaces, interval, resample } from "./bootstrap.js";
import { kendall, pearson, regressionLine, spearman, type Correlation, type FoundCorrelation } from "./correlation.js";
import { upperTail } from "./normal.js";
import { quantileT, twoSidedT } from "./student-t.js";

interface CorrelationCase {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Coefficient and p. */
  readonly pearson: readonly [number, number];
  readonly spearman: readonly [number, number];
  readonly kendall: readonly [number, number];
  /** p of all pairings. */
  readonly spearmanExact?: number;
  /** Slope and intercept. */
  readonly line?: readonly [number, number];
}

/** What scipy says: scripts/correlations.py. */
const scipy = JSON.parse(readFileSync(new URL("../../fixtures/statistics.json", import.meta.url), "utf8")) as {
  readonly correlations: readonly CorrelationCase[];
  readonly bootstraps: readonly { name: string; level: number; value: number; draws: number; resampled: number[]; interval: [number, number] }[];
  readonly studentT: readonly [number, number, number][];
  readonly normal: readonly [number, number][];
  readonly quantileT: readonly [number, number, number][];
};

/** Relative, but for what is zero but for rounding. */
function expectNear(got: number, wanted: number, tolerance = 1e-9): void {
  expect(Math.abs(got - wanted), `${got} for ${wanted}`).toBeLessThanOrEqual(Math.max(tolerance * Math.abs(wanted), 1e-290));
}

function found(correlation: Correlation): FoundCorrelation {
  if ("reason" in correlation) throw new Error(correlation.reason);
  return correlation;
}

describe("distributions, as scipy has them", () => {
  it("Student's t", () => scipy.studentT.forEach(([t, degrees, p]) => expectNear(twoSidedT(t, degrees), p, 1e-12)));
  it("the normal distribution's tail", () => scipy.normal.forEach(([x, p]) => expectNear(upperTail(x), p, 1e-12)));
  it("quantiles of Student's t", () => scipy.quantileT.forEach(([p, degrees, t]) => expect(Math.abs(quantileT(p, degrees) - t)).toBeLessThan(1e-9 * Math.max(1, t))));
});

describe.each(scipy.correlations)("correlations of $name, as scipy says", ({ x, y, ...wanted }) => {
  it("Pearson's, with p from t", () => {
    const { coefficient, p, n } = found(pearson(x, y));
    expect(n).toBe(x.length);
    expect(coefficient).toBeCloseTo(wanted.pearson[0], 11);
    expectNear(p, wanted.pearson[1], 1e-7);
  });

  it("Spearman's", () => {
    const { coefficient, p, test } = found(spearman(x, y));
    expect(coefficient).toBeCloseTo(wanted.spearman[0], 11);
    if (wanted.spearmanExact !== undefined) expectNear(p, wanted.spearmanExact);
    else if (x.length > 11) expectNear(p, wanted.spearman[1], 1e-7);
    expect(test).toBe(x.length <= 11 ? "exact, all pairings" : `t, ${x.length - 2} degrees of freedom`);
  });

  it("Kendall's", () => {
    const { coefficient, p, test } = found(kendall(x, y));
    expect(coefficient).toBeCloseTo(wanted.kendall[0], 11);
    expectNear(p, wanted.kendall[1]);
    const ties = new Set(x).size < x.length || new Set(y).size < y.length;
    expect(test).toBe(ties ? "normal approximation, ties" : "exact, all orders");
  });

  it("the line of least squares", () => {
    const line = regressionLine(x, y)!;
    expectNear(line.slope, wanted.line![0]);
    expectNear(line.intercept, wanted.line![1], 1e-8);
  });
});

describe("what has no correlation", () => {
  it.each([
    [[1, 1, 1], [1, 2, 3], "the first value does not vary: all 3 are equal"],
    [[1, 2, 3, 4], [0.1 + 0.2, 0.3, 0.3, 0.3], "the second value does not vary: all 4 are equal"],
    [[0, 0, 0], [5, 5, 5], "neither value varies: all 3 are equal"],
    [[1, 2], [2, 1], "2 points are too few: a correlation needs 3"],
    [[1], [1], "1 point is too few: a correlation needs 3"],
    [[1, 2, NaN], [1, 2, 3], "some values are not numbers"],
  ])("%j and %j: says why", (x, y, reason) => {
    for (const correlation of [pearson, spearman, kendall]) expect(correlation(x, y)).toEqual({ n: x.length, reason });
  });

  it("a line through points above each other is none", () => expect(regressionLine([2, 2], [1, 5])).toBeUndefined());
  it("lists of different lengths are a mistake of the caller", () => expect(() => pearson([1, 2, 3], [1, 2])).toThrow(RangeError));
});

/** Repeatable numbers for a test, of the one kind that bootstrap draws. */
function streamOf(seed: number): RandomStream {
  let state = seed;
  return { integer: (bound: number) => Math.floor(((state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31) * bound) } as RandomStream;
}

const deviationOf = (values: readonly number[]) => ({
  count: values.length,
  value(places: readonly number[]): number {
    const chosen = places.map((place) => values[place]!);
    const mean = chosen.reduce((a, b) => a + b, 0) / chosen.length;
    return Math.sqrt(chosen.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (chosen.length - 1));
  },
});

describe("bootstrap intervals", () => {
  it.each(scipy.bootstraps)("of $name values are t intervals with scipy's standard error of the same resampled values", ({ level, interval: wanted, ...resampling }) => {
    const { low, high } = interval(resampling, level)!;
    expectNear(low, wanted[0]);
    expectNear(high, wanted[1]);
  });

  it("hold the value, and are the same for the same stream", () => {
    const draws = deviationOf([0.3, 1.2, 0.7, 2.2, 0.1, 1.6, 0.9, 1.4]);
    const once = resample(draws, drawPlaces(8, 500, streamOf(4)))!;
    const { low, high } = interval(once, 0.95)!;
    expect(low).toBeLessThan(once.value);
    expect(high).toBeGreaterThan(once.value);
    expect(resample(draws, drawPlaces(8, 500, streamOf(4)))).toEqual(once);
    expect(resample(draws, drawPlaces(8, 500, streamOf(5)))).not.toEqual(once);
  });

  it("of a difference are those of the same draws: what both share cancels", () => {
    const shared = [3, -8, 5, 0.5, -4, 7, 1, -2, 6, -5];
    const places = drawPlaces(10, 500, streamOf(1));
    const one = resample(deviationOf(shared), places)!;
    const wider = resample(deviationOf(shared.map((value) => 1.2 * value)), places)!;
    const own = interval(one, 0.95)!;
    expect(own.high).toBeGreaterThan(wider.value);
    const apart = interval(difference(one, wider), 0.95)!;
    expect(apart.high).toBeLessThan(0);
    expect(difference(one, wider).value).toBeCloseTo(-0.2 * one.value, 12);
  });

  it("hold the truth about as often as they claim, also of twenty draws", () => {
    const stream = streamOf(99);
    const uniform = (): number => (stream.integer(2 ** 20) + 0.5) / 2 ** 20;
    const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const times = 200;
    let held = 0;
    for (let time = 0; time < times; time += 1) {
      const draws = deviationOf(Array.from({ length: 20 }, normal));
      const { low, high } = interval(resample(draws, drawPlaces(20, 200, stream))!, 0.95)!;
      if (low <= 1 && 1 <= high) held += 1;
    }
    // Of 200 at 95 %, fewer than 175 are held once in 30,000 times.
    expect(held).toBeGreaterThanOrEqual(175);
  });

  it("are not there where nothing varies or draws are too few", () => {
    const places = drawPlaces(3, 50, streamOf(1));
    const same = resample(deviationOf([1, 1, 1]), places)!;
    expect(interval(same, 0.95)).toBeUndefined();
    expect(resample(deviationOf([1, 2]), drawPlaces(2, 50, streamOf(1)))).toBeUndefined();
    expect(resample({ count: 4, value: () => null }, drawPlaces(4, 5, streamOf(1)))).toBeUndefined();
  });
});
