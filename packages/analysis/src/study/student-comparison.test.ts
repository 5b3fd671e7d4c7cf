import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exampleStudy } from "../../test-support/example-study.js";
import { compareStudents, pairedDifference } from "./student-comparison.js";
import { summariseStudy } from "./summary.js";

/** What scipy says: scripts/correlations.py. */
const { paired } = JSON.parse(readFileSync(new URL("../../fixtures/statistics.json", import.meta.url), "utf8")) as {
  readonly paired: readonly { readonly a: readonly number[]; readonly b: readonly number[]; readonly interval: readonly [number, number] }[];
};
const bySeed = (values: readonly number[]): Map<number, number> => new Map(values.map((value, seed) => [seed, value]));

describe("the difference over common seeds", () => {
  it.each(paired)("has the interval of scipy's paired t test: $a.length seeds", ({ a, b, interval: [low, high] }) => {
    const found = pairedDifference(bySeed(a), bySeed(b))!;
    expect(found.low).toBeCloseTo(low, 9);
    expect(found.high).toBeCloseTo(high, 9);
    expect(found).toMatchObject({ seeds: a.length, mean: expect.closeTo((low + high) / 2, 9) as number });
  });

  it("is of the seeds that both have, and of two at least", () => {
    expect(pairedDifference(new Map([[0, 3], [1, 4], [2, 9]]), new Map([[1, 1], [2, 6], [3, 0]]))).toMatchObject({ mean: 3, low: 3, high: 3, seeds: 2 });
    expect(pairedDifference(new Map([[0, 3], [1, 4]]), new Map([[1, 1]]))).toBeUndefined();
  });
});

describe("all students of a study", () => {
  const record = exampleStudy();

  it("stand best first, whatever their pair, each beside the best", () => {
    const students = compareStudents(summariseStudy(record));
    expect(students).toHaveLength(18);
    expect(students.map(({ outcome }) => outcome)).toEqual(students.map(({ outcome }) => outcome).sort((a, b) => a - b));
    const [best, second] = students;
    expect(best).not.toHaveProperty("difference");
    expect(best!.others).toEqual({ "top-1": 0.75 });
    // The example's seeds lie the same way around each mean.
    expect(second!.difference!.mean).toBeCloseTo(second!.outcome - best!.outcome, 12);
    expect(second!.difference!.high - second!.difference!.low).toBeLessThan(1e-9);
  });

  it("are turned round where higher is better", () => {
    const students = compareStudents(summariseStudy({ ...record, outcome: { key: "loss", better: "higher" } }));
    expect(students.at(0)!.augmenter).toBe("identity");
  });

  it("have the mean time of the trainings whose time is known", () => {
    const cells = record.cells.map((cell, place) => (place < 2 ? { ...cell, seconds: 60 + 60 * place } : cell));
    const students = compareStudents(summariseStudy({ ...record, cells }));
    expect(students.filter(({ seconds }) => seconds !== undefined)).toEqual([expect.objectContaining({ augmenter: "identity", seconds: 90 })]);
  });
});
