import type { ModelDescription } from "@kdf/core";
import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

/** Logits of these probabilities at `temperature`. */
const softened = (temperature: number, ...rows: readonly (readonly number[])[]): number[][] =>
  rows.map((row) => row.map((probability) => temperature * Math.log(probability)));

const { log } = Math;

/** Two classes are refused: the unit test says how. */
const model: ModelDescription = { network: "any", input: { size: 12, channels: 1, mean: [0.4], std: [0.25] }, classes: 3, taps: {} };

const dkd = new DistillerTester(plugin, "dkd", {
  teacher: model,
  student: model,
  options: [{}, { temperature: 1, warmupEpochs: 0, weights: { nonTargetClass: 0 } }],
  refused: [
    { name: "a temperature that divides by zero", options: { temperature: 0 } },
    { name: "half an epoch", options: { warmupEpochs: 0.5 } },
    { name: "a negative weight", options: { weights: { targetClass: -1 } } },
    { name: "a misspelt weight", options: { weights: { beta: 8 } } },
  ],
  minimum: {
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "targetClass.original": 0,
    "nonTargetClass.original": 0,
  },
  cases: [
    // Target against rest: (1/2, 1/2) and (1/4, 3/4). The rest among itself: (1/2, 1/2) and (2/3, 1/3).
    {
      name: "temperature 1, one image",
      options: { temperature: 1 },
      labels: [0],
      teacher: softened(1, [1 / 2, 1 / 4, 1 / 4]),
      student: softened(1, [1 / 4, 1 / 2, 1 / 4]),
      expected: {
        "crossEntropy.original": log(4),
        "targetClass.original": log(2) / 2 + log(2 / 3) / 2,
        "nonTargetClass.original": log(3 / 4) / 2 + log(3 / 2) / 2,
      },
    },
    // The second image: (1/3, 2/3) and (1/6, 5/6); (1/2, 1/2) and (3/5, 2/5). 4² before the mean of both.
    {
      name: "temperature 4, the mean of two images with targets at the ends",
      labels: [0, 2],
      teacher: softened(4, [1 / 2, 1 / 4, 1 / 4], [1 / 3, 1 / 3, 1 / 3]),
      student: softened(4, [1 / 4, 1 / 2, 1 / 4], [1 / 2, 1 / 3, 1 / 6]),
      expected: {
        "targetClass.original": (16 / 2) * (log(2) / 2 + log(2 / 3) / 2 + log(2) / 3 + (2 * log(4 / 5)) / 3),
        "nonTargetClass.original": (16 / 2) * (log(3 / 4) / 2 + log(3 / 2) / 2 + log(5 / 6) / 2 + log(5 / 4) / 2),
      },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of dkd.checks) test(check.name, check.run);
