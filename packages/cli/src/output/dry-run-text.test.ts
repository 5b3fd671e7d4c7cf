import type { DryRun } from "@kdf/trainer";
import { expect, it } from "vitest";
import { dryRunText } from "./dry-run-text.js";

const plan: DryRun = {
  images: { training: 5400, validation: 600 },
  parameters: { student: 77850 },
  stages: [{ id: "distill", epochs: 1, steps: 169, millisecondsPerStep: 61.6, trainedParameters: 77850 }],
  terms: Object.fromEntries(["crossEntropy.original", "divergence.original", "crossEntropy.augmented", "divergence.augmented"].map((name) => [name, 1234.5])),
  estimatedSeconds: 10,
} as unknown as DryRun;

it.each([80, 50])("fits %d columns, and keeps each term with its value", (columns) => {
  const lines = dryRunText(plan, columns).split("\n");
  const from = lines.findIndex((line) => line.startsWith("terms: "));
  const terms = lines.slice(from, lines.findIndex((line) => line.startsWith("training: ")));
  expect(Math.max(...terms.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(terms.slice(1).every((line) => line.startsWith("          "))).toBe(true);
  for (const name of Object.keys(plan.terms)) expect(terms.some((line) => line.includes(`${name} 1235`) || line.includes(`${name} 1234`))).toBe(true);
});
