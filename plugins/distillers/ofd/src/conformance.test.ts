import type { ModelDescription } from "@kdf/core";
import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const input = { size: 12, channels: 1, mean: [0.4], std: [0.25] };
const teacher: ModelDescription = {
  network: "teacher",
  input,
  classes: 3,
  taps: { f0: [6, 6, 2], f1: [6, 6, 2], f2: [2, 2, 1], pooled: [1], f0Preactivation: [6, 6, 2], f1Preactivation: [6, 6, 2], f2Preactivation: [2, 2, 1] },
};
const student: ModelDescription = {
  network: "student",
  input,
  classes: 3,
  taps: { f0: [6, 6, 2], f1: [4, 4, 3], f2: [3, 3, 4], pooled: [4], f0Preactivation: [6, 6, 2], f1Preactivation: [4, 4, 3], f2Preactivation: [3, 3, 4] },
};
/** Margins: of N(0, 1) the half normal mean, of N(20, 2²) three deviations, of N(-0.5, 1) by tables. */
const teacherNorms = {
  f1Preactivation: { weight: Float32Array.of(1, -2), bias: Float32Array.of(0, 20) },
  f2Preactivation: { weight: Float32Array.of(1), bias: Float32Array.of(-0.5) },
};
const last = -0.5 - 0.35206532676 / 0.69146246127;

/** Places in a row: a map [1,P,C]. */
const row = (...places: readonly (readonly number[])[]) => [places.map((place) => [...place])];

const ofd = new DistillerTester(plugin, "ofd", {
  teacher,
  student,
  teacherNorms,
  options: [{}, { taps: [{ teacher: "f2Preactivation", student: "f1" }], weights: { features: 1 } }],
  refused: [{ name: "a negative weight", options: { weights: { features: -1 } } }],
  minimum: {
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "features.original": "the connectors lie between, which begin at random",
  },
  cases: [
    // A batch norm makes zeros of what is constant, whatever the convolution before it.
    {
      name: "constant maps of the student: squares of the teacher's values, and of the margins where these are more",
      labels: [0],
      student: { logits: [[0, 0]], taps: { f1Preactivation: [row([5], [5])], f2Preactivation: [row([7])] } },
      teacher: { logits: [[0, 0]], taps: { f1Preactivation: [row([-2, -4], [3, -9])], f2Preactivation: [row([-3])] } },
      // The last stage counts once, the one before it by half.
      expected: { "features.original": (2 / Math.PI + 16 + 9 + 36) / 2 + last ** 2, "crossEntropy.original": Math.log(2) },
    },
    {
      name: "a map of the teacher of twice the size is averaged; the mean of two images",
      labels: [0, 0],
      student: { logits: [[0, 0], [0, 0]], taps: { f1Preactivation: [row([5], [5]), row([5], [5])], f2Preactivation: [row([7]), row([7])] } },
      teacher: {
        logits: [[0, 0], [0, 0]],
        taps: {
          f1Preactivation: [row([1, -1], [2, -2], [-1, 0], [-7, 0]), row([0, 0], [0, 0], [0, 0], [0, 0])],
          f2Preactivation: [row([0.5]), row([-0.25])],
        },
      },
      // Averaged: (1.5, -1.5) and (-4, 0), of which the margin of the first channel is more.
      expected: { "features.original": ((2.25 + 2.25 + 2 / Math.PI) / 2 + 0.25 + 0.0625) / 2 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of ofd.checks) test(check.name, check.run);
