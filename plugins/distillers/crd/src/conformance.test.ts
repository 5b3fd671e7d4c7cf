import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const input = { size: 12, channels: 1, mean: [0.4], std: [0.25] };
const model = (network: string, features: number) => ({ network, input, classes: 3, taps: { map: [6, 6, features], pooled: [features] } });

/** Of the 40 images of three classes 26 are of other classes than the largest. */
const few = { negatives: 5, embeddingSize: 3 };

const crd = new DistillerTester(plugin, "crd", {
  options: [few, { ...few, negatives: 26, bank: "host", profile: "paper" }],
  teacher: model("boring-teacher", 5),
  student: model("boring", 4),
  refused: [
    { name: "a temperature that divides by zero", options: { ...few, temperature: 0 } },
    { name: "a momentum beyond 1", options: { ...few, momentum: 1.5 } },
    { name: "no negatives", options: { ...few, negatives: 0 } },
    { name: "a bank elsewhere", options: { ...few, bank: "disk" } },
    { name: "a negative weight", options: { ...few, weights: { contrast: -0.8 } } },
    { name: "a misspelt weight", options: { ...few, weights: { contrastive: 0.8 } } },
  ],
  // The constants of the first batch depend on the embeddings, and count as constants; crd.test.ts checks the gradient at others.
  stoppedGradients: ["contrast.original"],
  minimum: {
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "contrast.original": "embeddings are compared with banks of earlier ones, never the models with each other",
  },
  cases: [
    // With momentum and banks as drawn only the cross-entropy can be worked out by hand; the contrast is in crd.test.ts.
    {
      name: "cross-entropy of two images",
      options: few,
      labels: [1, 0],
      teacher: { logits: [[0, 0, 0], [0, 0, 0]], taps: { pooled: [[1, 0], [0, 1]] } },
      student: { logits: [[0, Math.log(6), 0], [0, 0, 0]], taps: { pooled: [[1, 0], [0, 1]] } },
      expected: { "crossEntropy.original": (Math.log(8 / 6) + Math.log(3)) / 2 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of crd.checks) test(check.name, check.run);
