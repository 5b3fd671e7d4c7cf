import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const zeros = (channels: number): number[] => Array<number>(channels).fill(0);

const vid = new DistillerTester(plugin, "vid", {
  options: [{}, { taps: [{ teacher: "map", student: "map" }] }],
  refused: [
    { name: "a negative weight", options: { weights: { information: -1 } } },
    { name: "no pairs", options: { taps: [] } },
    { name: "half a pair", options: { taps: [{ teacher: "map" }] } },
  ],
  minimum: {
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "information.original": "the convolutions decide where it is least",
  },
  cases: [
    // Without biases, of zeros 0 is predicted, with the variance 5: the mean square of the teacher's map is 21 / 6.
    {
      name: "a map of zeros predicts zeros",
      labels: [0],
      teacher: { logits: [[0, 0]], taps: { map: [[[[1, 0, 2], [0, -4, 0]]]] } },
      student: { logits: [[0, 0]], taps: { map: [[[zeros(16), zeros(16)]]] } },
      expected: { "crossEntropy.original": Math.log(2), "information.original": (21 / 6 / 5 + Math.log(5)) / 2 },
    },
    // The teacher's two rows are averaged to one: (2, 0, 0).
    {
      name: "the larger map is averaged down",
      labels: [0],
      teacher: { logits: [[0, 0]], taps: { map: [[[[1, 3, -2]], [[3, -3, 2]]]] } },
      student: { logits: [[0, 0]], taps: { map: [[[zeros(16)]]] } },
      expected: { "information.original": (4 / 3 / 5 + Math.log(5)) / 2 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of vid.checks) test(check.name, check.run);
