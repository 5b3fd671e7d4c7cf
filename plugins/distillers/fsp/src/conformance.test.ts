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
const named = (...taps: readonly string[]) => ({ taps: taps.map((tap) => ({ teacher: tap, student: tap })) });

const fsp = new DistillerTester(plugin, "fsp", {
  teacher: model("any-teacher", { f0: [4, 4, 1], f1: [3, 3, 2], f2: [2, 2, 3] }),
  student: model("any-student", { f0: [4, 4, 1], f1: [4, 4, 2], f2: [2, 2, 3] }),
  options: [{}, named("f2", "f1")],
  refused: [
    { name: "a stage without epochs", options: { initialisationEpochs: 0 } },
    { name: "a negative weight", options: { weights: { flow: -1 } } },
    { name: "the weight β, which has no effect as published", options: { weights: { beta: 50 } } },
    { name: "no pairs", options: { taps: [] } },
  ],
  minimum: { "flow.original": 0, "crossEntropy.original": "it reads the labels, and the teacher may be wrong" },
  cases: [
    // Products of the channels of a and b, mean over two places. Teacher: (1·1 + 2·0)/2, (1·3 + 2·1)/2; student: zeros.
    {
      name: "two maps of two places",
      options: named("a", "b"),
      labels: [0],
      teacher: { logits: [[0, 0]], taps: { a: [[[[1], [2]]]], b: [[[[1, 3], [0, 1]]]] } },
      student: { logits: [[0, 0]], taps: { a: [[[[1], [0]]]], b: [[[[0, 0], [4, 2]]]] } },
      expected: { "flow.original": (0.5 ** 2 + 2.5 ** 2) / 2 },
    },
    // b is averaged down to the one place of a and of c. Teacher: 2·3 and 3·1; student: 2·1 and 1·5.
    {
      name: "three maps, the larger averaged down",
      options: named("a", "b", "c"),
      labels: [1],
      teacher: { logits: [[0, 0]], taps: { a: [[[[2]]]], b: [[[[1], [3]], [[3], [5]]]], c: [[[[1]]]] } },
      student: { logits: [[0, 0]], taps: { a: [[[[2]]]], b: [[[[0], [2]], [[1], [1]]]], c: [[[[5]]]] } },
      expected: { "flow.original": (6 - 2) ** 2 + (3 - 5) ** 2 },
    },
    {
      name: "the second stage reads labels alone",
      options: named("a", "b"),
      stage: "distill",
      labels: [0],
      teacher: { logits: [[7, 1]], taps: { a: [[[[1]]]], b: [[[[1]]]] } },
      student: { logits: [[Math.log(3), 0]], taps: { a: [[[[2]]]], b: [[[[2]]]] } },
      expected: { "crossEntropy.original": Math.log(4 / 3) },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of fsp.checks) test(check.name, check.run);
