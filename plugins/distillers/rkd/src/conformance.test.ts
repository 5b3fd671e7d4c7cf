import type { ModelDescription } from "@kdf/core";
import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const input = { size: 12, channels: 1, mean: [0.4], std: [0.25] };
const teacher: ModelDescription = { network: "teacher", input, classes: 3, taps: { f1: [6, 6, 5], squeezed: [2], pooled: [5] } };
const student: ModelDescription = { network: "student", input, classes: 3, taps: { f1: [6, 6, 4], squeezed: [2], pooled: [4] } };

const { SQRT1_2, SQRT2 } = Math;
const squares = (...differences: readonly number[]): number => differences.reduce((sum, part) => sum + part ** 2, 0);
const equal = [[0, 0, 0], [0, 0, 0], [0, 0, 0]];
const alike = [...equal, [0, 0, 0]];

const rkd = new DistillerTester(plugin, "rkd", {
  teacher,
  student,
  options: [{}, { taps: [{ teacher: "squeezed", student: "squeezed" }] }],
  refused: [
    { name: "a negative weight", options: { weights: { tripletAngle: -1 } } },
    { name: "a misspelt weight", options: { weights: { angle: 50 } } },
    { name: "no pair of taps", options: { taps: [] } },
  ],
  minimum: {
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "pairDistance.original": 0,
    "tripletAngle.original": 0,
  },
  cases: [
    // Sides 3, 4, 5 of mean 4, and 1, 1, √2 of mean (2 + √2) / 3: each counts twice among the 9 distances. The cosines
    // are 0, 3/5 and 4/5 in the teacher's corners and 0, 1/√2, 1/√2 in the student's: each twice among 27.
    {
      name: "two triangles",
      labels: [0, 1, 2],
      teacher: { logits: equal, taps: { pooled: [[0, 0], [3, 0], [0, 4]] } },
      student: { logits: equal, taps: { pooled: [[1, 1], [2, 1], [1, 2]] } },
      expected: {
        "crossEntropy.original": Math.log(3),
        "pairDistance.original": squares(3 / 4 - 3 / (2 + SQRT2), 1 - 3 / (2 + SQRT2), 5 / 4 - (3 * SQRT2) / (2 + SQRT2)) / 9,
        "tripletAngle.original": squares(3 / 5 - SQRT1_2, 4 / 5 - SQRT1_2) / 27,
      },
    },
    // The teacher sets the last image apart, the student the third: distances 0 or 2 in units of the mean. Of 6 pairs 4
    // differ by 2, which is 2 - 1/2, twice in 16. Cosines are 0 or 1: at the first two corners 2 of them differ, at the
    // others 8; each is 1/2, in 64.
    {
      name: "differences above 1, and images that are equal",
      labels: [0, 1, 2, 0],
      teacher: { logits: alike, taps: { pooled: [[2], [2], [2], [7]] } },
      student: { logits: alike, taps: { pooled: [[1, 1], [1, 1], [1, 4], [1, 1]] } },
      expected: { "pairDistance.original": (2 * 4 * 1.5) / 16, "tripletAngle.original": (2 + 2 + 8 + 8) / 2 / 64 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of rkd.checks) test(check.name, check.run);
