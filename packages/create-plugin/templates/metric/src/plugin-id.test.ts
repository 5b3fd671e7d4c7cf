import test from "node:test";
import { conformance, MetricTester } from "@kdf/testing";
import plugin from "./index.js";

/** What every metric must do, and by hand what this one measures: `student` is images × logits. */
const tester = new MetricTester(plugin, "plugin-id", {
  cases: [
    {
      name: "of two equal logits each has a half",
      steps: [{ student: [[7, 7]], labels: [0] }],
      expected: { meanConfidence: 0.5 },
    },
    {
      name: "the mean is over images, not over batches",
      steps: [
        { student: [[0, 0], [Math.log(3), 0]], labels: [0, 1] },
        // So far apart that the larger one has all of the probability.
        { student: [[-1000, 0]], labels: [0] },
      ],
      expected: { meanConfidence: (0.5 + 0.75 + 1) / 3 },
    },
  ],
});
for (const check of tester.checks) test(check.name, check.run);

/** What every plugin must do. */
for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
