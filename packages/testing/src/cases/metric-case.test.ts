import { define, definePlugin, type Json, type Metric, type StepObservation } from "@kdf/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { MetricTester, type MetricTesterOptions } from "../conformance/metric-tester.js";

/** The largest first logit of the student. */
class Largest implements Metric {
  readonly phases = ["evaluation"] as const;
  readonly span = "epoch";
  readonly primary = { key: "largest", better: "higher" } as const;
  readonly reads = ["student"] as const;
  #largest: number | null = null;

  observe({ views }: StepObservation): void {
    const { data } = views["original"]?.student?.logits ?? {};
    if (data !== undefined) this.#largest = Math.max(this.#largest ?? Number.NEGATIVE_INFINITY, data[0]!);
  }

  result(): { readonly [name: string]: Json } {
    return { largest: this.#largest, known: this.#largest !== null };
  }
}

const failing = async (options: MetricTesterOptions): Promise<[string, string][]> => {
  const plugin = definePlugin({ id: "x", provides: { metric: { x: define({ summary: "x", options: z.strictObject({}), create: () => new Largest() }) } } });
  return [...(await new MetricTester(plugin, "x", options).failures())].map(([name, error]) => [name, (error as Error & { code: string }).code]);
};

const two = { name: "two steps", steps: [{ labels: [0], student: [[3, 1]] }, { labels: [1], student: [[2, 9]] }], expected: { largest: 3 } };
const one = { name: "one step", steps: [{ labels: [0], student: [[-4, 1]] }], expected: { largest: -4, known: true } };
const weak = ["its tests prove what it does", "KDF_TEST_WEAK"];

test("cases that hold pass; one that does not is named", async () => {
  expect(await failing({ cases: [two, one] })).toEqual([]);
  expect(await failing({ cases: [two, { ...one, expected: { largest: -3 } }] })).toEqual([["case: one step", "KDF_CASE_FAILED"]]);
});

describe.each<[string, MetricTesterOptions]>([
  ["no case", {}],
  ["one case, which a constant would pass", { cases: [two] }],
  ["the same steps twice", { cases: [two, one, { ...two, name: "again" }] }],
  ["a name twice", { cases: [two, { ...one, name: "two steps" }] }],
  ["an expectation without the primary key", { cases: [two, one, { name: "other", steps: [{ labels: [1], student: [[1, 1]] }], expected: { known: true } }] }],
  ["a tolerance that lets anything pass", { cases: [two, { ...one, tolerance: 5 }] }],
  ["no step", { cases: [two, { ...one, steps: [] }] }],
])("tests with %s", (_, options) => {
  test("prove too little", async () => {
    expect(await failing(options)).toContainEqual(weak);
  });
});

test("a case that holds for an instance that has seen nothing proves too little", async () => {
  const unseen = { name: "another view", steps: [{ labels: [0], views: { augmented: { student: [[1, 2]] } } }], expected: { largest: null } };
  expect(await failing({ cases: [two, unseen] })).toEqual([["case: another view", "KDF_TEST_WEAK"]]);
});
