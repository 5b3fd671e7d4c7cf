import type { ModelDescription } from "@kdf/core";
import { conformance, DistillerTester } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const model = (features: number): ModelDescription => ({
  network: "any", input: { size: 6, channels: 2, mean: [0.4, 0.5], std: [0.25, 0.2] }, classes: 3, taps: { map: [3, 3, 2], pooled: [features] },
});

/** Logits of these probabilities. */
const logits = (...rows: readonly (readonly number[])[]): number[][] => rows.map((row) => row.map(Math.log));
const features = (rows: number): number[][] => Array.from({ length: rows }, (_, row) => [row, 1]);
const outputs = (given: number[][]) => ({ logits: given, taps: { pooled: features(given.length) } });

// One image of class 1, its rotations: the teacher is right; wrong; as sure of class 0, which stands before.
const rotated = {
  teacher: outputs(logits([0.1, 0.9], [0.9, 0.1], [0.5, 0.5])),
  student: outputs(logits([0.5, 0.5], [0.1, 0.9], [0.9, 0.1])),
};
const fromRight = 0.1 * Math.log(0.2) + 0.9 * Math.log(1.8);
const fromWrong = 0.8 * Math.log(9);
const fromTie = 0.5 * Math.log(5 / 9) + 0.5 * Math.log(5);

const golden = (name: string, share: number, expected: number) => ({
  name,
  stage: "distill",
  options: { temperatures: { original: 1, rotated: 1 }, kept: { rotated: share } },
  labels: [1],
  teacher: outputs(logits([0.5, 0.5])),
  student: outputs(logits([0.9, 0.1])),
  views: { rotated },
  expected: { "crossEntropy.original": Math.log(10), "divergence.original": fromTie, "divergence.rotated": expected },
});

const sskd = new DistillerTester(plugin, "sskd", {
  teacher: model(5),
  student: model(4),
  options: [{ cropPadding: 3, kept: { rotated: 0.4, similarity: 0 }, taps: [{ teacher: "pooled", student: "pooled" }] }],
  refused: [
    { name: "a temperature that divides by zero", options: { temperatures: { similarity: 0 } } },
    { name: "a share above one", options: { kept: { similarity: 1.1 } } },
    { name: "a negative weight", options: { weights: { similarity: -1 } } },
    { name: "a first stage without epochs", options: { head: { epochs: 0 } } },
    { name: "half a pixel of padding", options: { cropPadding: 0.5 } },
    { name: "a misspelt weight", options: { weights: { crossentropy: 1 } } },
  ],
  minimum: {
    "crossEntropy.head": "it reads the teacher alone",
    "crossEntropy.original": "it reads the labels, and the teacher may be wrong",
    "divergence.original": 0,
    "divergence.rotated": "rows that are all left out give zero for every student",
    "similarity.rotated": "each model has a head of its own",
  },
  cases: [
    golden("all rotated images are kept", 1, (fromRight + fromWrong + fromTie) / 3),
    golden("half of the wrong ones: of two as wrong the first", 0.5, (fromRight + fromWrong) / 2),
    golden("the right ones alone", 0.49, fromRight),
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of sskd.checks) test(check.name, check.run);
