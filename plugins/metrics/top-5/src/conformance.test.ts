import { conformance, MetricTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const falling = [7, 6, 5, 4, 3, 2, 1];

const top5 = new MetricTester(plugin, "top-5", {
  classes: 7,
  cases: [
    { name: "the fifth counts, the sixth does not", steps: [{ labels: [0, 4, 5], student: [falling, falling, falling] }], expected: { top5: 2 / 3 } },
    {
      name: "images count, not batches",
      steps: [
        { labels: [0, 4, 5], student: [falling, falling, falling] },
        { labels: [6], student: [falling] },
      ],
      expected: { top5: 2 / 4 },
    },
    { name: "of equal logits the lower class is first", steps: [{ labels: [4, 5], student: [[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]] }], expected: { top5: 1 / 2 } },
    { name: "of three classes each is among five", steps: [{ labels: [2], student: [[3, 2, 1]] }], expected: { top5: 1 } },
    {
      name: "original images count, augmented ones do not",
      steps: [{ labels: [6], student: [falling], views: { augmented: { student: [[...falling].reverse()] } } }],
      expected: { top5: 0 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of top5.checks) test(check.name, check.run);
