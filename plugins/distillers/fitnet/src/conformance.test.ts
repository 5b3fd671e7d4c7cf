import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const flat = (value: number): number[] => Array<number>(8).fill(value);

const fitnet = new DistillerTester(plugin, "fitnet", {
  options: [{ hint: 0 }, { taps: [{ teacher: "map", student: "map" }] }],
  refused: [
    { name: "a place before the first", options: { hint: -1 } },
    { name: "a negative weight", options: { weights: { hint: -1 } } },
    { name: "no pairs", options: { taps: [] } },
    { name: "half a pair", options: { taps: [{ teacher: "map" }] } },
  ],
  minimum: {
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "hint.original": "the regressor decides where it is least",
  },
  cases: [
    // What is the same in all places and images is 0 after the batch norm, and after its ReLU.
    {
      name: "the regressor makes zeros of a map that varies nowhere",
      options: { hint: 0 },
      labels: [0, 1],
      teacher: { logits: [[0, 0], [0, 0]], taps: { map: [[[[1, 2], [0, -1]]], [[[4, 1], [1, 0]]]] } },
      student: { logits: [[0, 0], [0, 0]], taps: { map: [[[flat(3), flat(3)]], [[flat(3), flat(3)]]] } },
      expected: { "crossEntropy.original": Math.log(2), "hint.original": 24 / 8 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of fitnet.checks) test(check.name, check.run);
