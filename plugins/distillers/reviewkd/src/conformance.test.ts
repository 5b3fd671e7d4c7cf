import { conformance, DistillerTester } from "@kdf/testing";
import type { ModelDescription } from "@kdf/core";
import { test } from "vitest";
import plugin from "./index.js";

const input = { size: 12, channels: 1, mean: [0.4], std: [0.25] };
const teacher: ModelDescription = {
  network: "teacher",
  input,
  classes: 3,
  taps: { f0: [6, 6, 2], f1: [6, 6, 3], f2: [2, 2, 5], pooled: [5], f0Preactivation: [6, 6, 2], f1Preactivation: [6, 6, 3], f2Preactivation: [2, 2, 5] },
};
const student: ModelDescription = { network: "student", input, classes: 3, taps: { f0: [6, 6, 2], f1: [6, 6, 2], f2: [3, 3, 4], pooled: [4] } };

/** A map [1,H,W,1] of one value. */
const constant = (value: number, size: number): number[][][][] => [Array.from({ length: size }, () => Array.from({ length: size }, () => [value]))];

const reviewkd = new DistillerTester(plugin, "reviewkd", {
  teacher,
  student,
  options: [{}, { middleChannels: 2, warmupEpochs: 0, taps: [{ teacher: "f1", student: "f2" }] }],
  refused: [
    { name: "a negative weight", options: { weights: { review: -1 } } },
    { name: "no channels between the fusions", options: { middleChannels: 0 } },
    { name: "half an epoch of warm-up", options: { warmupEpochs: 0.5 } },
  ],
  minimum: {
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "review.original": "the fusions lie between, which begin at random",
  },
  cases: [
    // A batch norm makes zeros of what is constant, whatever the convolutions before it: the teacher's maps are all that counts.
    {
      name: "constant maps of the student: squares of the teacher's map, and of its mean by half",
      labels: [0],
      student: { logits: [[0, 0]], taps: { f1: constant(5, 2), f2: constant(7, 1), pooled: [[1, 2]] } },
      teacher: {
        logits: [[0, 0]],
        taps: { f1Preactivation: [[[[1], [3]], [[5], [7]]]], f2Preactivation: constant(3, 1), pooled: [[2, 1]] },
      },
      // ((1 + 9 + 25 + 49) / 4 + 4² / 2) / 1.5 + 3² + (2² + 1²) / 2
      expected: { "review.original": 29 / 1.5 + 9 + 2.5, "crossEntropy.original": Math.log(2) },
    },
    {
      name: "a row of two in four levels: the means of windows that overlap",
      labels: [0],
      // Zeros, which no engine rounds: two batch norms in turn would make much of a last bit.
      student: { logits: [[0, 0]], taps: { f1: constant(0, 5), f2: constant(0, 1), pooled: [[1, 2]] } },
      // Rows of 5 places: 1 0 0 0 0. Of 4 windows of 2 places the first has 1/2, of 2 windows of 3 places the first 1/3, of all 1/5.
      teacher: {
        logits: [[0, 0]],
        taps: { f1Preactivation: [Array.from({ length: 5 }, () => [[1], [0], [0], [0], [0]])], f2Preactivation: constant(0, 1), pooled: [[0, 0]] },
      },
      expected: { "review.original": (1 / 5 + (1 / 4 / 4) / 2 + (1 / 9 / 2) / 4 + 1 / 25 / 8) / 1.875 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of reviewkd.checks) test(check.name, check.run);
