import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const logits = [[0, 0]];

const at = new DistillerTester(plugin, "at", {
  options: [{}, { taps: [{ teacher: "map", student: "map" }] }],
  refused: [
    { name: "a negative weight", options: { weights: { attention: -1 } } },
    { name: "no pairs", options: { taps: [] } },
    { name: "half a pair", options: { taps: [{ teacher: "map" }] } },
  ],
  minimum: { "crossEntropy.original": "it reads the labels, and the teacher may be wrong", "attention.original": 0 },
  cases: [
    // Means of the squares: the student's (9, 16) / 2, of length 1 once divided by √337 / 2; the teacher's (0, 2).
    {
      name: "two places, other numbers of channels",
      labels: [0],
      teacher: { logits, taps: { map: [[[[0], [Math.SQRT2]]]] } },
      student: { logits, taps: { map: [[[[3, 0], [0, -4]]]] } },
      expected: {
        "crossEntropy.original": Math.log(2),
        "attention.original": ((9 / Math.sqrt(337)) ** 2 + (16 / Math.sqrt(337) - 1) ** 2) / 2,
      },
    },
    // Of one place every attention is 1, but that of a map that is 0 there: 0, not NaN. 4 - 1 - 2 - 1 averages to 0.
    {
      name: "a larger map is averaged down; a map of zeros has no attention",
      labels: [0, 1, 0],
      teacher: { logits: [[0, 0], [0, 0], [0, 0]], taps: { map: [[[[5]]], [[[-1]]], [[[2]]]] } },
      student: {
        logits: [[0, 0], [0, 0], [0, 0]],
        taps: { map: [[[[4], [-1]], [[-2], [-1]]], [[[0], [0]], [[0], [0]]], [[[1], [0]], [[-9], [0]]]] },
      },
      expected: { "attention.original": 2 / 3 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of at.checks) test(check.name, check.run);
