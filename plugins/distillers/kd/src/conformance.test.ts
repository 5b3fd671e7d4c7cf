import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

/** Logits of these probabilities at `temperature`. */
const softened = (temperature: number, ...rows: readonly (readonly number[])[]): number[][] =>
  rows.map((row) => row.map((probability) => temperature * Math.log(probability)));

/** KL((1/2, 1/2) || (9/10, 1/10)), and the other way round. */
const fromHalf = 0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.1);
const fromMost = 0.9 * Math.log(0.9 / 0.5) + 0.1 * Math.log(0.1 / 0.5);

const kd = new DistillerTester(plugin, "kd", {
  options: [{}, { temperature: 1 }, { weights: { divergenceAugmented: 0 } }],
  refused: [
    { name: "a temperature that divides by zero", options: { temperature: 0 } },
    { name: "a negative weight", options: { weights: { crossEntropy: -0.1 } } },
    { name: "a misspelt weight", options: { weights: { crossentropy: 1 } } },
  ],
  minimum: {
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "divergence.original": 0,
    "divergence.augmented": 0,
  },
  cases: [
    {
      name: "temperature 1, one image, no augmenter",
      options: { temperature: 1 },
      labels: [1],
      teacher: softened(1, [0.5, 0.5]),
      student: softened(1, [0.9, 0.1]),
      expected: { "crossEntropy.original": Math.log(10), "divergence.original": fromHalf },
    },
    // Temperature 4, and 4² before each divergence. Cross-entropy at temperature 1: there the odds 9 are 9⁴ = 6561.
    {
      name: "temperature 4, the mean of two images, both views",
      labels: [0, 0],
      teacher: softened(4, [0.5, 0.5], [0.9, 0.1]),
      student: softened(4, [0.9, 0.1], [0.5, 0.5]),
      views: { augmented: { teacher: softened(4, [0.9, 0.1], [0.5, 0.5]), student: softened(4, [0.9, 0.1], [0.9, 0.1]) } },
      expected: {
        "crossEntropy.original": (Math.log(1 + 1 / 6561) + Math.log(2)) / 2,
        "divergence.original": (16 * (fromHalf + fromMost)) / 2,
        "divergence.augmented": (16 * fromHalf) / 2,
      },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of kd.checks) test(check.name, check.run);
