import test from "node:test";
import { conformance, DistillerTester } from "@kdf/testing";
import plugin from "./index.js";

/** What every distiller must do, and by hand what this one computes: `student` and `teacher` are images × logits. */
const tester = new DistillerTester(plugin, "plugin-id", {
  options: [{}, { labels: 0, logits: 1 }],
  cases: [
    {
      name: "the squared error is the mean over images and classes",
      student: [[0, 0], [0, 3]],
      teacher: [[1, 0], [2, 0]],
      labels: [0, 1],
      expected: { "squaredError.original": (1 + 0 + 4 + 9) / 4 },
    },
  ],
  // Each term's value where the student says what the teacher says, which must be its least; or why it is not.
  minimum: {
    "crossEntropy.original": "it compares with the labels",
    "squaredError.original": 0,
    "squaredError.augmented": 0,
  },
  refused: [{ name: "a negative weight", options: { logits: -1 } }],
});
for (const check of tester.checks) test(check.name, check.run);

/** What every plugin must do. */
for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
