import { conformance, MetricTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const top1 = new MetricTester(plugin, "top-1", {
  cases: [
    { name: "two of three", steps: [{ labels: [2, 1, 1], student: [[1, 2, 3], [3, 2, 1], [0, 5, -1]] }], expected: { top1: 2 / 3 } },
    {
      name: "images count, not batches",
      steps: [
        { labels: [2, 1, 1], student: [[1, 2, 3], [3, 2, 1], [0, 5, -1]] },
        { labels: [1], student: [[9, 0, 0]] },
      ],
      expected: { top1: 2 / 4 },
    },
    { name: "of equal logits the lower class is first", steps: [{ labels: [0, 1], student: [[1, 1, 0], [1, 1, 0]] }], expected: { top1: 1 / 2 } },
    {
      name: "original images count, augmented ones do not",
      steps: [{ labels: [0], student: [[1, 0]], views: { augmented: { student: [[0, 1]] } } }],
      expected: { top1: 1 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of top1.checks) test(check.name, check.run);
