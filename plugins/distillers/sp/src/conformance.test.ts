import type { ModelDescription } from "@kdf/core";
import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const input = { size: 12, channels: 1, mean: [0.4], std: [0.25] };
const teacher: ModelDescription = { network: "teacher", input, classes: 3, taps: { f1: [4, 4, 2], f2: [2, 2, 5], pooled: [5] } };
const student: ModelDescription = { network: "student", input, classes: 3, taps: { f1: [3, 3, 2], f2: [3, 3, 2], pooled: [2] } };

const { SQRT1_2 } = Math;
const third = Math.sqrt(1 / 3);
const squares = (...differences: readonly number[]): number => differences.reduce((sum, part) => sum + part ** 2, 0);

const sp = new DistillerTester(plugin, "sp", {
  teacher,
  student,
  options: [{}, { taps: [{ teacher: "f1", student: "f1" }] }],
  refused: [
    { name: "a negative weight", options: { weights: { similarity: -1 } } },
    { name: "a misspelt weight", options: { weights: { similarities: 1 } } },
    { name: "no pair of taps", options: { taps: [] } },
  ],
  minimum: { "crossEntropy.original": "it reads the labels, and the teacher may be wrong", "similarity.original": 0 },
  cases: [
    // (3, 4) and (0, 5): products (25, 20; 20, 25), rows (5, 4) / √41 and (4, 5) / √41. The student's rows are (1, 0) and (0, 1).
    {
      name: "maps of different shapes",
      labels: [0, 1],
      teacher: { logits: [[0, 0], [0, 0]], taps: { f2: [[[[3, 4]]], [[[0, 5]]]] } },
      student: { logits: [[0, 0], [0, 0]], taps: { f2: [[[[2], [0]]], [[[0], [7]]]] } },
      expected: {
        "crossEntropy.original": Math.log(2),
        "similarity.original": (2 * squares(5 / Math.sqrt(41) - 1, 4 / Math.sqrt(41))) / 4,
      },
    },
    // The teacher's maps are all equal: thirds. Of the student's two are opposite and one is 0: (1, -1, 0) / √2 and its
    // opposite, and a row of zeros.
    {
      name: "opposite maps, and a map of zeros",
      labels: [0, 1, 0],
      teacher: { logits: [[0, 0], [0, 0], [0, 0]], taps: { f2: [[[[2]]], [[[2]]], [[[2]]]] } },
      student: { logits: [[0, 0], [0, 0], [0, 0]], taps: { f2: [[[[3, 0]]], [[[-3, 0]]], [[[0, 0]]]] } },
      expected: {
        "similarity.original": (2 * squares(SQRT1_2 - third, SQRT1_2 + third, third) + squares(third, third, third)) / 9,
      },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of sp.checks) test(check.name, check.run);
