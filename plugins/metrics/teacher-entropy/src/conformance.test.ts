import { conformance, MetricTester } from "@kdf/testing";
import { expect, test } from "vitest";
import plugin from "./index.js";
import { TeacherEntropy } from "./teacher-entropy.js";

const even = [2, 2];
/** Probabilities 3/4 and 1/4. */
const leaning = [Math.log(3), 0];
const ofLeaning = 2 * Math.LN2 - 0.75 * Math.log(3);

const entropy = new MetricTester(plugin, "teacher-entropy", {
  cases: [
    {
      name: "original and augmented images, together and apart",
      steps: [{ labels: [0], teacher: [even], views: { augmented: { teacher: [leaning, [1000, 0]] } } }],
      expected: { teacherEntropy: (Math.LN2 + ofLeaning) / 3, originalEntropy: Math.LN2, augmentedEntropy: ofLeaning / 2 },
    },
    {
      name: "images count, not batches",
      steps: [{ labels: [0, 0, 0], teacher: [even, even, even] }, { labels: [0], teacher: [leaning] }],
      expected: { teacherEntropy: (3 * Math.LN2 + ofLeaning) / 4, augmentedEntropy: null },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of entropy.checks) test(check.name, check.run);

test("a draw is a step, and none is there after a checkpoint", () => {
  const metric = new TeacherEntropy();
  for (const logits of [even, leaning]) {
    metric.observe({ views: { original: { teacher: { logits: { rows: 1, columns: 2, data: Float32Array.from(logits) } } } }, labels: new Int32Array(1), indices: new Int32Array(1), epoch: 0, step: 0 });
  }
  const draws = metric.draws();
  expect(draws.count).toBe(2);
  expect(draws.value([0, 1])).toBe(metric.result()["teacherEntropy"]);
  expect(draws.value([1, 1])).toBeCloseTo(ofLeaning, 6);
  const restored = new TeacherEntropy();
  restored.restore(JSON.parse(JSON.stringify(metric.save())));
  expect(restored.draws().count).toBe(0);
});
