import { conformance, MetricTester, type MetricCaseStep } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

/** Log probabilities are logits. A teacher that gives the first of two classes these probabilities, by image. */
const given = (...probabilities: readonly number[]): number[][] => probabilities.map((first) => [Math.log(first), Math.log(1 - first)]);
const step = (original: readonly number[], augmented: readonly number[] = []): MetricCaseStep => ({
  labels: original.map(() => 0),
  teacher: given(...original),
  ...(augmented.length > 0 && { views: { augmented: { teacher: given(...augmented) } } }),
});

const deviation = new MetricTester(plugin, "t-stddev", {
  options: [{}, { blockSteps: 1 }, { blockSteps: 3 }],
  refused: [
    { name: "a block without steps", options: { blockSteps: 0 } },
    { name: "half a step", options: { blockSteps: 2.5 } },
  ],
  cases: [
    // Draws (0.5 + 0.5 + 0.8 + 0.2) / 4 = 0.5 and (0.9 + 0.7 + 0.5 + 0.7) / 4 = 0.7: 0.1 to each side of their mean.
    {
      name: "the unbiased deviation of two draws, each of two steps and both views",
      options: { blockSteps: 2 },
      steps: [step([0.5], [0.5]), step([0.8], [0.2]), step([0.9], [0.7]), step([0.5], [0.7])],
      expected: { tStddev: Math.sqrt(0.1 ** 2 + 0.1 ** 2), draws: 2, rowsPerDraw: 4, shortDraws: 0, droppedSteps: 0 },
    },
    // Deviations 0.2/√2, 0.2/√2 and 0.
    {
      name: "the mean of the classes' deviations, not of their variances",
      options: { blockSteps: 1 },
      steps: [[0.5, 0.3, 0.2], [0.7, 0.1, 0.2]].map((probabilities) => ({ labels: [0], teacher: [probabilities.map(Math.log)] })),
      expected: { tStddev: (2 * 0.2) / Math.SQRT2 / 3 },
    },
    // Draws 0.5, 0.7 and 0.5 over images; over batches the second were 0.5 as well.
    {
      name: "images count, not batches, and a block may cross the border of an epoch",
      options: { blockSteps: 2 },
      steps: [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5], [0.9, 0.9, 0.9], [0.1], [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]].map((probabilities, place) => ({
        ...step(probabilities),
        epoch: place < 3 ? 0 : 1,
      })),
      expected: { tStddev: 0.2 / Math.sqrt(3), draws: 3, rowsPerDraw: 6, shortDraws: 1, droppedSteps: 0 },
    },
    {
      name: "a block that is not full is dropped",
      options: { blockSteps: 2 },
      steps: [step([0.4]), step([0.4]), step([0.6]), step([0.6]), step([0.99])],
      expected: { tStddev: 0.2 / Math.SQRT2, draws: 2, droppedSteps: 1 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of deviation.checks) test(check.name, check.run);
