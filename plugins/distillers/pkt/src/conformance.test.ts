import type { ModelDescription } from "@kdf/core";
import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const input = { size: 12, channels: 1, mean: [0.4], std: [0.25] };
const teacher: ModelDescription = { network: "teacher", input, classes: 3, taps: { f1: [6, 6, 5], squeezed: [2], pooled: [5] } };
const student: ModelDescription = { network: "student", input, classes: 3, taps: { f1: [6, 6, 4], squeezed: [2], pooled: [4] } };

const { log } = Math;

const pkt = new DistillerTester(plugin, "pkt", {
  teacher,
  student,
  options: [{}, { taps: [{ teacher: "squeezed", student: "squeezed" }] }],
  refused: [
    { name: "a negative weight", options: { weights: { affinity: -1 } } },
    { name: "a misspelt weight", options: { weights: { divergence: 1 } } },
    { name: "no pair of taps", options: { taps: [] } },
  ],
  minimum: { "crossEntropy.original": "it reads the labels, and the teacher may be wrong", "affinity.original": 0 },
  cases: [
    // The teacher's two images have one direction: probabilities (1/2, 1/2). The student's are at a right angle, cosine 0:
    // (1, 1/2) becomes (2/3, 1/3). Both rows the same, a mean over 4.
    {
      name: "one direction, and a right angle",
      labels: [0, 1],
      teacher: { logits: [[0, 0], [0, 0]], taps: { pooled: [[3, 4], [6, 8]] } },
      student: { logits: [[0, 0], [0, 0]], taps: { pooled: [[0, 0, 5], [2, 0, 0]] } },
      expected: {
        "crossEntropy.original": log(2),
        "affinity.original": (2 * (log(3 / 4) / 2 + log(3 / 2) / 2)) / 4,
      },
    },
    // The teacher's first two are opposite: (2/3, 0, 1/3), (0, 2/3, 1/3), (1/4, 1/4, 1/2). The student's: thirds.
    {
      name: "opposite directions",
      labels: [0, 1, 0],
      teacher: { logits: [[0, 0], [0, 0], [0, 0]], taps: { pooled: [[1, 0], [-3, 0], [0, 2]] } },
      student: { logits: [[0, 0], [0, 0], [0, 0]], taps: { pooled: [[1, 1], [2, 2], [3, 3]] } },
      expected: { "affinity.original": (2 * ((2 / 3) * log(2)) + log(3 / 4) / 2 + log(3 / 2) / 2) / 9 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of pkt.checks) test(check.name, check.run);
