import type { ModelDescription } from "@kdf/core";
import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const model = (network: string, taps: ModelDescription["taps"]): ModelDescription => ({
  network,
  input: { size: 8, channels: 1, mean: [0.4], std: [0.25] },
  classes: 3,
  taps,
});
const logits = [[0, 0]];
const same = { teacher: "same", student: "same" };

const ab = new DistillerTester(plugin, "ab", {
  teacher: model("any-teacher", { same: [3, 3, 2], half: [2, 2, 3], wide: [4, 4, 2] }),
  student: model("any-student", { same: [3, 3, 2], half: [4, 4, 2], wide: [2, 2, 1] }),
  options: [
    { taps: [same] },
    { taps: [{ teacher: "half", student: "half" }, { teacher: "wide", student: "wide" }, same], margin: 0.5 },
  ],
  refused: [
    { name: "no margin", options: { margin: 0 } },
    { name: "a stage without epochs", options: { initialisationEpochs: 0 } },
    { name: "a negative weight", options: { weights: { activationBoundaries: -1 } } },
    { name: "the weight β, which has no effect as published", options: { weights: { beta: 1 } } },
    { name: "half a pair", options: { taps: [{ teacher: "same" }] } },
  ],
  minimum: {
    "activationBoundaries.original": "a margin is asked for of what the teacher has near 0 too",
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
  },
  cases: [
    // Where the teacher fires the student lacks 1 - 0.25, 1 - (-2) and, at 3, nothing; where it does not, 0 is no firing
    // either, it is 1 - 0.5 and 1 + 2 beyond.
    {
      name: "on either side of the boundary, and on it",
      options: { taps: [{ teacher: "map", student: "map" }] },
      labels: [0],
      teacher: { logits, taps: { map: [[[[0.1, 5], [9, 0]], [[-3, -0.1], [-4, 0]]]] } },
      student: { logits, taps: { map: [[[[0.25, -2], [3, -0.5]], [[2, -1], [-7, -1]]]] } },
      expected: { "activationBoundaries.original": (3 / 1000) * (0.75 ** 2 + 3 ** 2 + 0.5 ** 2 + 3 ** 2) },
    },
    // 2 images; each map is 0 everywhere in both models: the margin's square for each of 1 and of 4 responses an image.
    {
      name: "constant maps, the later one counting twice as much",
      options: { taps: [{ teacher: "first", student: "first" }, { teacher: "last", student: "last" }], margin: 2 },
      labels: [0, 1],
      teacher: { logits: [[0, 0], [0, 0]], taps: { first: [[[[0]]], [[[0]]]], last: [[[[0, 0, 0, 0]]], [[[0, 0, 0, 0]]]] } },
      student: { logits: [[0, 0], [0, 0]], taps: { first: [[[[0]]], [[[0]]]], last: [[[[0, 0, 0, 0]]], [[[0, 0, 0, 0]]]] } },
      expected: { "activationBoundaries.original": (3 / 1000) * (4 / 2 + 4 * 4) },
    },
    {
      name: "the second stage reads labels alone",
      options: { taps: [same] },
      stage: "distill",
      labels: [0],
      teacher: { logits: [[7, 1]], taps: { same: [[[[5]]]] } },
      student: { logits: [[Math.log(3), 0]], taps: { same: [[[[1]]]] } },
      expected: { "crossEntropy.original": Math.log(4 / 3) },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of ab.checks) test(check.name, check.run);
