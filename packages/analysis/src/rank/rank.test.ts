import type { MetricDraws, RandomStream } from "@kdf/core";
import { parse } from "parse5";
import { describe, expect, it } from "vitest";
import { compareDraws } from "./comparison.js";
import { rankCsv, rankHtml, rankSvg, type RankFigures } from "./rank-report.js";

function streamOf(seed: number): RandomStream {
  let state = seed;
  return { integer: (bound: number) => Math.floor(((state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31) * bound) } as RandomStream;
}

/** The unbiased deviation of numbers. */
const deviationOf = (values: readonly number[]): MetricDraws => ({
  count: values.length,
  value(places) {
    const chosen = places.map((place) => values[place]!);
    const mean = chosen.reduce((a, b) => a + b, 0) / chosen.length;
    return Math.sqrt(chosen.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (chosen.length - 1));
  },
});

const shared = [3, -8, 5, 0.5, -4, 7, 1, -2, 6, -5, 2, -1];
/** Its own part, which the others do not have. */
const own = [0.02, -0.01, 0.03, -0.02, 0.01, -0.03, 0.02, 0.01, -0.01, -0.02, 0.03, -0.03];

describe("a comparison of draws", () => {
  const given = [
    { name: "narrow", draws: deviationOf(shared.map((value) => 0.8 * value)) },
    { name: "wide", draws: deviationOf(shared) },
    { name: "alike", draws: deviationOf(shared.map((value, place) => value + own[place]!)) },
  ];

  it("tells what differs from what may be chance, though all intervals overlap", () => {
    const [narrow, wide, alike] = compareDraws(given, streamOf(3));
    expect(narrow!.interval!.high).toBeGreaterThan(wide!.interval!.low);
    expect(narrow!.withinNoise).toEqual([]);
    expect(wide!.withinNoise).toEqual(["alike"]);
    expect(alike!.withinNoise).toEqual(["wide"]);
  });

  it("is the same for the same stream", () => {
    expect(compareDraws(given, streamOf(3))).toEqual(compareDraws(given, streamOf(3)));
  });

  it("knows nothing of what has no draws, too few, or another number of them", () => {
    const few = { name: "few", draws: deviationOf([1, 2]) };
    const other = { name: "other", draws: deviationOf(shared.slice(2)) };
    const [wide, fewer, none, others] = compareDraws([given[1]!, few, { name: "none" }, other], streamOf(1));
    expect(fewer).toEqual({ name: "few" });
    expect(none).toEqual({ name: "none" });
    expect(wide).not.toHaveProperty("withinNoise");
    expect(others).not.toHaveProperty("withinNoise");
    expect(others!.interval!.level).toBe(0.95);
  });

  it("takes equal draws for equal, and a constant difference for one", () => {
    const linear = (values: readonly number[]): MetricDraws => ({ count: values.length, value: (places) => places.reduce((sum, place) => sum + values[place]!, 0) / places.length });
    const [one, same, apart] = compareDraws(
      [{ name: "one", draws: linear(shared) }, { name: "same", draws: linear(shared) }, { name: "apart", draws: linear(shared.map((value) => value + 1)) }],
      streamOf(2),
    );
    expect(one!.withinNoise).toEqual(["same"]);
    expect(same!.withinNoise).toEqual(["one"]);
    expect(apart!.withinNoise).toEqual([]);
  });
});

const figures: RankFigures = {
  key: "tStddev",
  better: "lower",
  rows: [
    { name: "cutmixpick", value: 0.0041, interval: { low: 0.0038, high: 0.0045, level: 0.95 }, withinNoise: ["cutmix?alpha=1&<b>"], others: { tStddev: 0.0041, draws: 20 }, seconds: 1.25 },
    { name: "cutmix?alpha=1&<b>", value: 0.0046, interval: { low: 0.0041, high: 0.005, level: 0.95 }, withinNoise: ["cutmixpick"], others: { tStddev: 0.0046, draws: 20 }, seconds: 1 },
    { name: "identity", value: null, others: { tStddev: null, draws: 1 }, seconds: 0.5 },
  ],
  facts: [["data set", "fashion-mnist"]],
  warnings: ["values that differ in draws are not comparable"],
  command: "npx kdf rank --augmenters 'cutmix,<b>'",
};

describe("the files of a ranking", () => {
  it("are a page of its own, well formed, with names as text", () => {
    const page = rankHtml(figures);
    const errors: string[] = [];
    parse(page, { onParseError: ({ code }) => errors.push(code) });
    expect(errors).toEqual([]);
    expect(page).not.toMatch(/<b>|<script|src=|https?:|NaN|undefined/);
    expect(page).toContain("values that differ in draws are not comparable");
    expect(page).toContain("[0.003800, 0.004500]");
  });

  it("are numbers, and a picture of those that have a value", () => {
    expect(rankCsv(figures)).toBe(
      "augmenter,tStddev,low,high,within noise of,draws,seconds\n" +
        "cutmixpick,0.0041,0.0038,0.0045,cutmix?alpha=1&<b>,20,1.25\n" +
        "cutmix?alpha=1&<b>,0.0046,0.0041,0.005,cutmixpick,20,1\n" +
        "identity,,,,,1,0.5\n",
    );
    expect(rankSvg(figures).match(/<circle/g)).toHaveLength(2);
  });
});
