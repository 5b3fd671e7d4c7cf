import type { ModelDescription } from "@kdf/core";
import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const input = { size: 12, channels: 1, mean: [0.4], std: [0.25] };
const teacher: ModelDescription = { network: "teacher", input, classes: 3, taps: { f1: [6, 6, 5], squeezed: [2], pooled: [5] } };
const student: ModelDescription = { network: "student", input, classes: 3, taps: { f1: [6, 6, 4], squeezed: [2], pooled: [4] } };

const cc = new DistillerTester(plugin, "cc", {
  teacher,
  student,
  options: [{ embedding: 8 }, { embedding: 3, taps: [{ teacher: "squeezed", student: "pooled" }] }],
  refused: [
    { name: "an empty embedding", options: { embedding: 0 } },
    { name: "a negative weight", options: { weights: { correlation: -1 } } },
    { name: "a misspelt weight", options: { weights: { congruence: 1 } } },
    { name: "no pair of taps", options: { taps: [] } },
  ],
  minimum: {
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "correlation.original": "each model has an embedding of its own, so equal features are embedded apart",
  },
  cases: [
    // The correlation is that of embeddings which are drawn: the unit test gives them.
    {
      name: "logits in equal shares",
      labels: [0, 2],
      teacher: { logits: [[0, 0, 0], [0, 0, 0]], taps: { pooled: [[1, 2], [3, 4]] } },
      student: { logits: [[0, 0, 0], [5, 5, 5]], taps: { pooled: [[1], [3]] } },
      expected: { "crossEntropy.original": Math.log(3) },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of cc.checks) test(check.name, check.run);
