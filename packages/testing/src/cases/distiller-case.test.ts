import { define, definePlugin, type Distiller, type DistillerSubject, type PreparedDistiller } from "@kdf/core";
import { mean, square, subtract, sum } from "@kdf/tensor";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { DistillerTester, type DistillerTesterOptions } from "../conformance/distiller-tester.js";

/** The mean square of the student's logits and of the difference to the teacher's, where there is one. */
class Squares implements Distiller {
  prepare({ teacher, student }: DistillerSubject): PreparedDistiller {
    const hasTeacher = teacher?.classes === student.classes;
    return {
      taps: { teacher: [], student: [] },
      extras: {},
      state: {},
      views: [],
      stages: [{ id: "only", trains: ["student"], views: ["original"], losses: ["size", ...(hasTeacher ? ["distance"] : [])] }],
      losses: (views) => {
        const { student: own, teacher: other } = views["original"]!;
        return {
          size: mean(square(own!.logits)),
          ...(hasTeacher && { distance: sum(square(subtract(own!.logits, other!.logits))) }),
        };
      },
      weight: () => 1,
    };
  }
}

const failing = async (options: DistillerTesterOptions): Promise<[string, string][]> => {
  const plugin = definePlugin({ id: "x", provides: { distiller: { x: define({ summary: "x", options: z.strictObject({}), create: () => new Squares() }) } } });
  return [...(await new DistillerTester(plugin, "x", options).failures())].map(([name, error]) => [name, (error as Error & { code: string }).code]);
};

const minimum = { size: "zero logits are least, not the teacher's", distance: 0 };
const one = { name: "two rows", labels: [0, 1], student: [[1, 2], [3, 4]], teacher: [[1, 1], [3, 1]], expected: { size: 7.5, distance: 10 } };
const weak = ["its tests prove what it does", "KDF_TEST_WEAK"];

test("cases that hold pass; one that does not is named", async () => {
  expect(await failing({ cases: [one], minimum })).toEqual([]);
  expect(await failing({ cases: [{ ...one, expected: { distance: 9 } }], minimum })).toEqual([["case: two rows", "KDF_CASE_FAILED"]]);
  expect(await failing({ cases: [{ ...one, expected: { other: 9 } }], minimum })).toEqual([["case: two rows", "KDF_CASE_FAILED"]]);
});

describe.each<[string, DistillerTesterOptions]>([
  ["no case", { minimum }],
  ["a case that expects nothing", { cases: [{ ...one, expected: {} }], minimum }],
  ["a name twice", { cases: [one, { ...one, labels: [1, 1] }], minimum }],
  ["the same outputs twice", { cases: [one, { ...one, name: "again" }], minimum }],
  ["a term of which no minimum is said", { cases: [one], minimum: { distance: 0 } }],
  ["a minimum of a term that does not exist", { cases: [one], minimum: { ...minimum, other: 0 } }],
  ["no reason why there is no minimum", { cases: [one], minimum: { ...minimum, size: "none" } }],
])("tests with %s", (_, options) => {
  test("prove too little", async () => {
    expect(await failing(options)).toContainEqual(weak);
  });
});

test("a tolerance that lets other outputs pass proves too little", async () => {
  expect(await failing({ cases: [{ ...one, tolerance: 10 }], minimum })).toEqual([["case: two rows", "KDF_TEST_WEAK"]]);
});

test("a case of a stage that does not exist", async () => {
  expect(await failing({ cases: [{ ...one, stage: "last" }], minimum })).toEqual([["case: two rows", "KDF_TEST_WEAK"]]);
});
