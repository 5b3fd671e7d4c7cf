import { conformance, MetricTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const loss = new MetricTester(plugin, "loss", {
  cases: [
    // The labels have the probabilities 3/4 and 1/2.
    { name: "minus the logarithm of the label's probability", steps: [{ labels: [1, 0], student: [[0, Math.log(3)], [5, 5]] }], expected: { loss: (Math.log(4 / 3) + Math.log(2)) / 2 } },
    {
      name: "the mean over images, not over batches",
      steps: [
        { labels: [1, 0], student: [[0, Math.log(3)], [5, 5]] },
        { labels: [1], student: [[0, 0]] },
      ],
      expected: { loss: (Math.log(4 / 3) + 2 * Math.log(2)) / 3 },
    },
    { name: "logits that no exponential bears", steps: [{ labels: [1, 1], student: [[1000, 0], [-1000, 0]] }], expected: { loss: 500 } },
    {
      name: "original images count, augmented ones do not",
      steps: [{ labels: [0], student: [[0, 0]], views: { augmented: { student: [[9, 0]] } } }],
      expected: { loss: Math.log(2) },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of loss.checks) test(check.name, check.run);
