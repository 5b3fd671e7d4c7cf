import type { ModelDescription } from "@kdf/core";
import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const model = (network: string, map: readonly number[]): ModelDescription => ({
  network,
  input: { size: 8, channels: 1, mean: [0.4], std: [0.25] },
  classes: 3,
  taps: { stem: [8, 8, 1], map },
});

const ft = new DistillerTester(plugin, "ft", {
  teacher: model("any-teacher", [3, 3, 4]),
  student: model("any-student", [4, 4, 2]),
  options: [{}, { paraphraseRate: 1, taps: [{ teacher: "map", student: "stem" }] }],
  refused: [
    { name: "a factor without channels", options: { paraphraseRate: 0 } },
    { name: "a factor of more channels than the map", options: { paraphraseRate: 1.5 } },
    { name: "a stage without epochs", options: { paraphraserEpochs: 0 } },
    { name: "a learning rate of 0", options: { paraphraserLearningRate: 0 } },
    { name: "a negative weight", options: { weights: { factor: -1 } } },
  ],
  minimum: {
    "reconstruction.original": "it reads nothing of the student",
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "factor.original": "translator and paraphraser have weights of their own",
  },
  cases: [
    // What has one place alone has the direction 1, whatever the weights are; a batch norm makes zeros of what is the same
    // in all images, and with a shift of 0 they have the direction 0.
    {
      name: "one place: the teacher's factor has the direction 1, that of a student's constant map the direction 0",
      options: { paraphraseRate: 1 },
      stage: "distill",
      labels: [0, 1],
      teacher: { logits: [[9, 0], [0, 9]], taps: { map: [[[[3, -1]]], [[[2, 5]]]] } },
      student: { logits: [[Math.log(3), 0], [0, 0]], taps: { map: [[[[1]]], [[[1]]]] } },
      expected: { "crossEntropy.original": (Math.log(4 / 3) + Math.log(2)) / 2, "factor.original": 1 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of ft.checks) test(check.name, check.run);
