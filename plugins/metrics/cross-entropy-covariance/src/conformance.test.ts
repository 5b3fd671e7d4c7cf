import { conformance, MetricTester, type MetricCaseStep } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

/** A teacher that is sure of the first class, and a student that gives it the probability e^-q: the cross-entropy is q. */
const certain = [0, -1e30];
const student = (q: number): number[] => [-q, Math.log(1 - Math.exp(-q))];
const step = (original: readonly number[], augmented: readonly number[] = []): MetricCaseStep => ({
  labels: original.map(() => 0),
  teacher: original.map(() => certain),
  student: original.map(student),
  ...(augmented.length > 0 && { views: { augmented: { teacher: augmented.map(() => certain), student: augmented.map(student) } } }),
});
const options = { valuesPerDraw: 2, draws: 2 };

const covariance = new MetricTester(plugin, "cross-entropy-covariance", {
  options: [{ valuesPerDraw: 7, draws: 5 }, {}],
  refused: [
    { name: "a draw of one value, which has no pair", options: { valuesPerDraw: 1 } },
    { name: "one draw, which has no spread", options: { draws: 1 } },
  ],
  cases: [
    // Places (1, 3) and (2, 5) over two draws: deviations (-1, 1) and (-1.5, 1.5), covariance (1.5 + 1.5) / 1 = 3, over 4.
    // Divided by their largest, 3 and 5: 3 / 15, over 4. Means 1.5 and 4.
    {
      name: "two places that vary together",
      options,
      steps: [step([1], [2]), step([3], [5])],
      expected: { crossEntropyCovariance: 0.2 / 4, crossEntropyCovarianceRaw: 3 / 4, crossEntropyMeanVariance: 2 * 1.25 ** 2, crossEntropyDraws: 2, crossEntropyDroppedValues: 0 },
    },
    {
      name: "two places that vary against each other, in draws across steps",
      options,
      steps: [step([1, 5, 3]), step([2])],
      expected: { crossEntropyCovariance: -0.2 / 4, crossEntropyCovarianceRaw: -3 / 4, crossEntropyMeanVariance: 2 * 0.25 ** 2 },
    },
    {
      name: "values after the last draw, and of one that is not full, count for nothing",
      options,
      steps: [step([1, 2]), step([3], [5]), step([9, 9, 9])],
      expected: { crossEntropyCovariance: 0.2 / 4, crossEntropyDraws: 2, crossEntropyDroppedValues: 0 },
    },
    {
      name: "a draw that is not full yet",
      options: { valuesPerDraw: 2, draws: 9 },
      steps: [step([1, 2]), step([3, 5, 7])],
      expected: { crossEntropyCovariance: 0.2 / 4, crossEntropyDraws: 2, crossEntropyDroppedValues: 1 },
    },
  ],
});

const ofTeacher = new MetricTester(plugin, "entropy-covariance", {
  options: [{ valuesPerDraw: 5, draws: 100 }],
  refused: [{ name: "half a value", options: { valuesPerDraw: 2.5 } }],
  cases: [
    // Entropies: log 2 where both classes are even, 0 where one is sure. Both places go from log 2 to 0, divided by log 2 from 1 to 0.
    {
      name: "the teacher in the student's place",
      options,
      steps: [{ labels: [0, 0], teacher: [[0, 0], [3, 3]] }, { labels: [0, 0], teacher: [certain, certain] }],
      expected: { entropyCovariance: 0.5 / 4, entropyCovarianceRaw: (0.5 * Math.LN2 ** 2) / 4, entropyMeanVariance: Math.LN2 ** 2 / 2, entropyDraws: 2 },
    },
    {
      name: "entropies that vary against each other",
      options,
      steps: [{ labels: [0, 0], teacher: [[0, 0], certain] }, { labels: [0, 0], teacher: [certain, [3, 3]] }],
      expected: { entropyCovariance: -0.5 / 4, entropyMeanVariance: 0 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of covariance.checks) test(check.name, check.run);
for (const check of ofTeacher.checks) test(`of the teacher: ${check.name}`, check.run);
