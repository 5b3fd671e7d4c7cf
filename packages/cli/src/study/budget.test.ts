import { expect, test } from "vitest";
import { budgetText, makeBudget } from "./budget.js";
import type { StudyPlan } from "./plan-study.js";
import type { Task } from "./task.js";

const cell = (pair: string, augmenter: string, seed: number) => ({ id: `${pair}/${augmenter}/${seed}`, kind: "cell", pair, augmenter, seed, needs: [] });
const teacher = { id: "teacher", kind: "teacher", pair: "t", augmenter: "", seed: 0, needs: [] };
const measurement = { id: "m", kind: "measurement", pair: "p", augmenter: "plain", seed: 0, needs: [] };
const cells = ["p", "q"].flatMap((pair) => ["plain", "slow"].flatMap((augmenter) => [0, 1].map((seed) => cell(pair, augmenter, seed))));
const plan = { tasks: [teacher, measurement, ...cells] as unknown as Task[], study: { pairs: [{ id: "p", augmenters: ["plain", "slow"] }] } } as unknown as StudyPlan;

/** Minutes: of p both augmenters are known, of q one. */
const measured = new Map([["teacher", 600], ["p/plain/0", 120], ["p/slow/0", 240], ["q/plain/0", 60]]);
const done = new Set(["p/plain/0", "m"]);

test("an augmenter that a pair has not met takes the share that it has in the others", () => {
  const { rows, hoursLeft, measurements, seconds } = makeBudget(plan, measured, (id) => done.has(id), 2);
  expect(seconds.get("q/slow/1")).toBe(120);
  expect(rows).toEqual([
    { what: "teacher t", cells: 1, done: 0, minutes: [10, 10], hoursLeft: 1 / 6 },
    { what: "p", cells: 4, done: 1, minutes: [2, 4], hoursLeft: (120 + 240 + 240) / 3600 },
    { what: "q", cells: 4, done: 0, minutes: [1, 2], hoursLeft: (60 + 60 + 120 + 120) / 3600 },
  ]);
  expect(hoursLeft).toBeCloseTo((600 + 600 + 360) / 3600 / 2, 12);
  expect(measurements).toEqual({ count: 1, done: 1 });
});

test("what nothing tells is said to be unknown", () => {
  const budget = makeBudget(plan, new Map([["teacher", 60]]), () => false, 1);
  expect(budget.rows.map(({ hoursLeft }) => hoursLeft)).toEqual([1 / 60, null, null]);
  expect(budgetText(budget)).toContain("How long the rest takes is not known.");
});

test("the table fits a terminal", () => {
  const text = budgetText(makeBudget(plan, measured, (id) => done.has(id), 2));
  expect(text).toContain("2.00-4.00");
  expect(text).toContain("Left: 0.22 hours with 2 processes at once");
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});
