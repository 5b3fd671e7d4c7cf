import type { DistillerSubject, ModelDescription } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { CrossEntropy } from "./cross-entropy.js";

beforeAll(startReferenceEngine);

const model = (classes: number): ModelDescription => ({
  network: "any", input: { size: 4, channels: 1, mean: [0], std: [1] }, classes, taps: {},
});
const subject = (classes: number): DistillerSubject => ({
  student: model(classes),
  dataset: { classes: ["a", "b"], trainingSize: 2, labels: Int32Array.of(1, 0) },
  augmented: false,
  streams: createStreams(0),
});

describe("cross-entropy", () => {
  it("has one term of weight 1, without a teacher, by hand", () => {
    const prepared = new CrossEntropy().prepare(subject(2));
    expect(prepared.stages).toEqual([
      { id: "train", trains: ["student"], views: ["original"], losses: ["crossEntropy.original"] },
    ]);
    expect(prepared.weight("crossEntropy.original", { stage: "train", epoch: 3, epochs: 9 })).toBe(1);
    // Probabilities of the labels: 3/4 and 1/2.
    const logits = floats([0, Math.log(3), 5, 5], [2, 2]);
    const rows = { labels: Int32Array.of(1, 0), indices: Int32Array.of(0, 1) };
    const position = { stage: 0, epoch: 0, step: 0 };
    const context = { labels: integers(rows.labels, [2]), indices: integers(rows.indices, [2]), rows, state: {}, stage: "train", epoch: 0, step: 0, position };
    const count = tensorCount();
    const terms = prepared.losses({ original: { student: { logits, taps: {} } } }, context);
    expect(readNow(terms["crossEntropy.original"]!)[0]).toBeCloseTo((Math.log(4 / 3) + Math.log(2)) / 2, 6);
    expect(tensorCount() - count).toBe(1);
    disposeAll([terms as never, logits, context.labels, context.indices]);
  });

  it("refuses a student of other classes", () => {
    expect(() => new CrossEntropy().prepare(subject(3))).toThrow(expect.objectContaining({ code: "KDF_DISTILLER_MISFIT" }));
  });
});
