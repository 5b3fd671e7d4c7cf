import type { ModelDescription } from "@kdf/core";
import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const input = { size: 12, channels: 1, mean: [0.4], std: [0.25] };
const model = (network: string): ModelDescription => ({
  network, input, classes: 3, taps: { f0: [4, 4, 2], f1: [3, 3, 3], f2: [2, 2, 5], pooled: [5] },
});

/** Two places in a row: a map [1,1,2,2] whose singular vectors are its rows, by their lengths. */
const map = (first: readonly [number, number], second: readonly [number, number]) => [[[[...first], [...second]]]];

const kdsvd = new DistillerTester(plugin, "kdsvd", {
  teacher: model("teacher"),
  student: model("student"),
  refused: [
    { name: "a negative weight", options: { weights: { singularVectors: -1 } } },
    { name: "no vectors", options: { vectors: 0 } },
  ],
  minimum: {
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "singularVectors.original": 0,
  },
  cases: [
    {
      name: "the student's second vector is the teacher's first in one stage, and turned in the next",
      options: { taps: [{ teacher: "a", student: "a" }, { teacher: "b", student: "b" }] },
      labels: [0],
      teacher: { logits: [[0, 0]], taps: { a: map([3, 0], [0, 1]), b: map([2, 0], [0, 1]) } },
      // (0, 1) is first in stage a, (1, 0) second; in stage b (0.8, 0.6), whose negative is given, and (-0.6, 0.8).
      student: { logits: [[0, 0]], taps: { a: map([0, 2], [1, 0]), b: map([-2.4, -1.8], [-0.6, 0.8]) } },
      // The teacher: 1 - 1, 1 - 0, 0 - 1, 0 - 0. The student: 0.8 - 1, 0.8 - 0, 0.6 - 1, 0.6 - 0.
      expected: {
        "singularVectors.original":
          (Math.exp(-0.04 / 8) - 1) ** 2 + (Math.exp(-0.64 / 8) - Math.exp(-1 / 8)) ** 2 + (Math.exp(-0.16 / 8) - Math.exp(-1 / 8)) ** 2 + (Math.exp(-0.36 / 8) - 1) ** 2,
        "crossEntropy.original": Math.log(2),
      },
    },
    {
      name: "a map without any value has vectors of zeros: the mean of two images",
      options: { taps: [{ teacher: "a", student: "a" }, { teacher: "b", student: "b" }] },
      labels: [0, 1],
      teacher: { logits: [[0, 0], [0, 0]], taps: { a: [map([3, 0], [0, 1])[0]!, map([0, 0], [0, 0])[0]!], b: [map([2, 0], [0, 1])[0]!, map([1, 0], [0, 0])[0]!] } },
      student: { logits: [[0, 0], [0, 0]], taps: { a: [map([3, 0], [0, 1])[0]!, map([1, 0], [0, 0.5])[0]!], b: [map([2, 0], [0, 1])[0]!, map([0, 0], [0, 0])[0]!] } },
      // The second image. The teacher's stage a is 0, and b (1, 0): differences 1, 1, 0, 0. Of the student both are 0.
      expected: { "singularVectors.original": (2 * (1 - Math.exp(-1 / 8)) ** 2) / 2 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of kdsvd.checks) test(check.name, check.run);
