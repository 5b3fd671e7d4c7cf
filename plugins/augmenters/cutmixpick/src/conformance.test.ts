import type { Augmenter, Batch, Json, Pool, RandomStream } from "@kdf/core";
import { add } from "@kdf/tensor";
import { AugmenterTester, conformance, pluginOf } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

/** In place of the augmenter that fills the pool: adds its plan to every pixel, and one more with every plan it draws. */
class Shift implements Augmenter<number> {
  #drawn = 0;

  sample(stream: RandomStream): number {
    this.#drawn += 1;
    return stream.integer(100) + this.#drawn;
  }

  propose(plan: number, { images }: Batch): Pool {
    return { images: add(images, plan), rows: Array.from({ length: images.shape[0]! }, (_, row) => row) };
  }

  save(): Json {
    return this.#drawn;
  }

  restore(state: Json): void {
    this.#drawn = state as number;
  }
}

const base = pluginOf("base", { augmenter: { cutmix: () => new Shift() as unknown as Augmenter } });

/** Log probabilities are logits. */
const logits = (...rows: readonly (readonly number[])[]): number[][] => rows.map((row) => row.map(Math.log));
const [half, most] = [[0.5, 0.5], [0.9, 0.1]] as const;
const two = { images: [[[1, 2]], [[3, 4]]], plan: { base: [10, 20] }, expected: [[[11, 12]], [[13, 14]], [[21, 22]], [[23, 24]]] };
const one = { images: [[[1, 2]]], plan: { base: [5, 0] }, expected: [[[6, 7]], [[1, 2]]] };
/** Of the softened models row 0 differs more, of the others row 1. */
const unsure = { teacher: [[12, 0], [1, 0]], student: [[6, 0], [0, 1]] };

const cutmixpick = new AugmenterTester(plugin, "cutmixpick", {
  plugins: [base],
  options: [{}, { poolFactor: 1 }, { poolFactor: 3, perImage: true }, { criterion: "student-entropy" }, { criterion: "kld" }, { criterion: "dissimilarity" }],
  refused: [
    { name: "an empty pool", options: { poolFactor: 0 } },
    { name: "a criterion that does not exist", options: { criterion: "entropy" } },
    { name: "a temperature that divides by zero", options: { temperature: 0 } },
    { name: "a base that picks by itself", options: { base: "cutmixpick" } },
  ],
  cases: [
    { name: "one pool after the other, the highest entropy of the teacher first", ...two, pool: { teacher: [[3, 0], [0, 0], [1, 0], [9, 0]] }, picked: [1, 2] },
    { name: "entropy of the student", options: { criterion: "student-entropy" }, ...two, pool: { student: [[9, 0], [3, 0], [1, 0], [0, 0]] }, picked: [3, 2] },
    // 0.5 log(0.5/0.9) + 0.5 log(0.5/0.1) = 0.5108; the other way round 0.3681; equal models 0.
    {
      name: "divergence of the student from the teacher",
      options: { criterion: "kld", temperature: 1 },
      ...two,
      pool: { teacher: logits(half, most, half, most), student: logits(half, half, most, most) },
      picked: [2, 1],
    },
    { name: "divergence at temperature 1", options: { criterion: "kld", temperature: 1 }, ...one, pool: unsure, picked: [1] },
    { name: "divergence at temperature 4", options: { criterion: "kld" }, ...one, pool: unsure, picked: [0] },
    // Squared distances to the nearer: 2 · 0.1² = 0.02, 2 · 0.3² = 0.18, 0 and 2 · 0.2² = 0.08.
    {
      name: "distance from the nearest image of the batch",
      options: { criterion: "dissimilarity" },
      ...two,
      pool: { teacher: logits([0.8, 0.2], [0.5, 0.5], [0.2, 0.8], [0.4, 0.6]) },
      original: { teacher: logits([0.9, 0.1], [0.2, 0.8]) },
      picked: [1, 3],
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url), plugins: [base] })) test(check.name, check.run);
for (const check of cutmixpick.checks) test(check.name, check.run);
