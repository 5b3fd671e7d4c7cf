import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const logits = [[0, 0]];

const nst = new DistillerTester(plugin, "nst", {
  options: [{}, { taps: [{ teacher: "map", student: "map" }] }],
  refused: [
    { name: "a negative weight", options: { weights: { neuronSelectivity: -1 } } },
    { name: "no pairs", options: { taps: [] } },
    { name: "half a pair", options: { taps: [{ teacher: "map" }] } },
  ],
  minimum: { "crossEntropy.original": "it reads the labels, and the teacher may be wrong", "neuronSelectivity.original": 0 },
  cases: [
    // Channels over two places: the teacher's (1, 0); the student's (0.6, 0.8) and (0, -1), of length 1 once normalised.
    // K(t,t) = 1; K(s,s): 1, 1 and twice 0.8², of four; K(s,t): 0.6² and 0, of two.
    {
      name: "more places than channels",
      labels: [0],
      teacher: { logits, taps: { map: [[[[5], [0]]]] } },
      student: { logits, taps: { map: [[[[3, 0], [4, -2]]]] } },
      expected: { "crossEntropy.original": Math.log(2), "neuronSelectivity.original": 1 + (2 + 2 * 0.64) / 4 - 2 * (0.36 / 2) },
    },
    // Two channels over two places. Teacher: (1, 0), (0, 1). Student: (0.6, 0.8) twice. All K(s,s) are 1, K(t,t) half.
    {
      name: "as many channels as places",
      labels: [0],
      teacher: { logits, taps: { map: [[[[7, 0], [0, -1]]]] } },
      student: { logits, taps: { map: [[[[3, 6], [4, 8]]]] } },
      expected: { "neuronSelectivity.original": 0.5 + 1 - 2 * ((0.36 + 0.64) / 2) },
    },
    // One place: every channel that is not 0 is 1 or -1, and every kernel 1; of the second image the student's are 0.
    {
      name: "a larger map is averaged down; channels of zeros stay zeros",
      labels: [0, 1],
      teacher: { logits: [[0, 0], [0, 0]], taps: { map: [[[[5]]], [[[3]]]] } },
      student: { logits: [[0, 0], [0, 0]], taps: { map: [[[[1], [-3]], [[1], [-1]]], [[[0], [0]], [[0], [0]]]] } },
      expected: { "neuronSelectivity.original": 1 / 2 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of nst.checks) test(check.name, check.run);
