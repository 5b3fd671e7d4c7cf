import type { LossContext, Views } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, readNow, startReferenceEngine, zeros } from "@kdf/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { subjectOf } from "../conformance/distiller-subject.js";
import { disposePrepared } from "../conformance/distiller-step.js";
import { BlockCount } from "./block-count.js";
import { StudentPick } from "./student-pick.js";
import { TwoStage } from "./two-stage.js";

// That they keep to their contracts: conformance/*.test.ts. Here: that each does what it is there to prove.

beforeAll(async () => {
  await startReferenceEngine();
});

describe("two-stage", () => {
  const prepare = () => new TwoStage({ headEpochs: 2, memory: 0.25 }).prepare(subjectOf({}, { augmented: true }));

  test("trains the extra alone, then student and extra, on views that the first stage lacks", () => {
    const prepared = prepare();
    expect(prepared.stages.map(({ id, trains, views }) => [id, trains, views])).toEqual([
      ["head", ["extras.head"], ["original"]],
      ["distill", ["student", "extras"], ["original", "turned", "augmented"]],
    ]);
    expect(prepared.stages[0]).toMatchObject({ epochs: 2, optimizer: { id: "adamw" }, schedule: { id: "constant" } });
    expect(prepared.views[0]).toMatchObject({ from: "raw", roles: ["student"], normGroup: "original" });
    disposePrepared(prepared);
  });

  test("updates the bank in the rows of the batch and the centre as a whole", () => {
    const prepared = prepare();
    const logits = floats([4, 8, 0, 2, 0, 4], [2, 3]);
    const indices = integers([7, 3], [2]);
    const state = { bank: floats(new Float32Array(120).fill(4), [40, 3]), centre: zeros([3]) };
    const updates = prepared.update!(
      { original: { teacher: { logits, taps: {} } } } as Views,
      { indices, state } as unknown as LossContext,
    );
    const [bank, centre] = [updates["bank"]!, updates["centre"]!];
    if (!("rows" in bank) || !("value" in centre)) throw new Error("rows of the bank, all of the centre");
    expect([...readNow(bank.rows)]).toEqual([7, 3]);
    // 0.25·4 + 0.75·logits
    expect([...readNow(bank.values)]).toEqual([4, 7, 1, 2.5, 1, 4]);
    // 0.1 x the mean logits [3, 4, 2]
    [0.3, 0.4, 0.2].forEach((value, place) => expect(readNow(centre.value)[place]).toBeCloseTo(value, 6));
    disposeAll([logits, indices, ...Object.values(state), bank.rows, bank.values, centre.value]);
    disposePrepared(prepared);
  });

  test("weighs the bank more with every epoch of the second stage", () => {
    const prepared = prepare();
    const weights = [0, 1, 3].map((epoch) => prepared.weight("distance.bank", { stage: "distill", epoch, epochs: 4 }));
    expect(weights).toEqual([0, 0.25, 0.75]);
    expect(prepared.weight("crossEntropy.head", { stage: "head", epoch: 0, epochs: 2 })).toBe(1);
    disposePrepared(prepared);
  });

  test("turns the raw images by half a turn, or not, by its draw", () => {
    const prepared = prepare();
    const view = prepared.views[0]!;
    const plans = Array.from({ length: 20 }, (_, step) => view.sample(createStreams(0).at("view", { step }), {} as never));
    expect(new Set(plans.map((plan) => JSON.stringify(plan)))).toEqual(new Set(['{"turned":true}', '{"turned":false}']));
    const images = floats([1, 2, 3, 4], [1, 2, 2, 1]);
    const [turned, straight] = [view.apply({ turned: true }, images), view.apply({ turned: false }, images)];
    expect([...readNow(turned)]).toEqual([4, 3, 2, 1]);
    expect([...readNow(straight)]).toEqual([1, 2, 3, 4]);
    disposeAll([images, turned, straight]);
    disposePrepared(prepared);
  });

  test("refuses to work without a teacher or without the student's tap", () => {
    const { student, dataset, augmented, streams } = subjectOf({}, { augmented: true });
    const misfit = expect.objectContaining({ code: "KDF_DISTILLER_MISFIT" });
    expect(() => new TwoStage({ headEpochs: 1, memory: 0.5 }).prepare({ student, dataset, augmented, streams })).toThrow(misfit);
    const bare = subjectOf({ student: { ...student, taps: {} } }, { augmented: true });
    expect(() => new TwoStage({ headEpochs: 1, memory: 0.5 }).prepare(bare)).toThrow(misfit);
  });
});

describe("student-pick", () => {
  test("keeps the images of which the student is least sure, in the mode asked for", () => {
    const augmenter = new StudentPick({ mode: "train" });
    expect(augmenter.needs).toEqual([{ role: "student", mode: "train" }]);
    const student = floats([9, 0, 0, 0, 0.1, 0, 5, 0, 1, 0], [5, 2]);
    const indices = augmenter.select({ images: student, rows: [] }, { pool: { student }, original: {} }, 3);
    expect([...readNow(indices)]).toEqual([1, 2, 4]);
    disposeAll([student, indices]);
  });

  test("fades the copies more with every batch, also after a checkpoint", () => {
    const augmenter = new StudentPick({ mode: "eval" });
    const numbers = (of: StudentPick): unknown[] => [0, 1].map((step) => of.sample(createStreams(0).at("x", { step }), {} as never).number);
    expect(numbers(augmenter)).toEqual([0, 1]);
    const resumed = new StudentPick({ mode: "eval" });
    resumed.restore(augmenter.save());
    expect(numbers(resumed)).toEqual([2, 3]);
  });
});

describe("block-count", () => {
  const step = (value: number) => ({
    views: { original: { teacher: { logits: { rows: 2, columns: 1, data: Float32Array.of(value, 1) } } } },
    labels: new Int32Array(2),
    indices: new Int32Array(2),
    epoch: 0,
    step: 0,
  });

  test("sums whole blocks and shows how far the open one is", () => {
    const metric = new BlockCount({ block: 2 });
    expect(metric.result()).toEqual({ blocks: 0, blockImages: [], blockLogits: null, openObservations: 0 });
    for (const value of [1, 2, 3]) metric.observe(step(value));
    expect(metric.result()).toEqual({ blocks: 1, blockImages: [4], blockLogits: 5, openObservations: 1 });
  });

  test("an open block goes on after a checkpoint", () => {
    const [before, after] = [new BlockCount({ block: 2 }), new BlockCount({ block: 2 })];
    before.observe(step(1));
    after.restore(JSON.parse(JSON.stringify(before.save())) as never);
    after.observe(step(2));
    expect(after.result()).toMatchObject({ blocks: 1, blockLogits: 5, openObservations: 0 });
  });
});
