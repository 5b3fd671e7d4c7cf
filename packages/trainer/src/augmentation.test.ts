import type { Augmenter, BatchInfo, Json, ModelOutputs, TensorLike } from "@kdf/core";
import { add, concatenate, createStreams, floats, integers, largestOf, readNow, reshape, scope, slice, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { AugmenterChain, disposeOutputs, type SelectionModels } from "./augmentation.js";

beforeAll(async () => {
  await startReferenceEngine();
});

const info: BatchInfo = { size: 2, height: 1, width: 1, channels: 1, mean: [0], std: [1] };
const makeBatch = () => ({ images: floats([1, 2], [2, 1, 1, 1]), labels: integers([0, 1], [2]), indices: integers([5, 6], [2]) });

const plus = (amount: number): Augmenter => ({
  sample: () => amount,
  propose: (plan, batch) => ({ images: add(batch.images, plan as number), rows: [0, 1] }),
});
/** Proposes the batch and the batch plus 10; keeps the rows with the largest first logit. */
const picking: Augmenter = {
  needs: [{ role: "teacher", mode: "eval" }],
  sample: () => null,
  propose: (_, batch) => ({ images: concatenate([batch.images, add(batch.images, 10)]), rows: [0, 1, 0, 1] }),
  select: (_, outputs, size) => largestOf(reshape(slice(outputs.pool.teacher!, [0, 0], [4, 1]), [4]), size).indices,
};

/** Logits are [pixel, 0]; counts what it was asked to forward. */
function countingTeacher(): SelectionModels & { rows: number } {
  const models = {
    rows: 0,
    async teacher(images: TensorLike): Promise<ModelOutputs> {
      models.rows += images.shape[0]!;
      const logits = scope(() => {
        const flat = reshape(images, [images.shape[0]!, 1]);
        return concatenate([flat, add(flat, 100)], 1);
      });
      return { logits, taps: {} };
    },
  };
  return models;
}

async function run(chain: AugmenterChain, models: SelectionModels): Promise<{ pixels: number[]; teacher: number[] | undefined; plans: Readonly<Record<string, Json>> }> {
  const before = tensorCount();
  const batch = makeBatch();
  const augmented = await chain.augment(batch, info, createStreams(1), { epoch: 0, step: 0 }, models, undefined, "test");
  const result = {
    pixels: [...readNow(augmented.images)],
    teacher: augmented.teacher && [...readNow(augmented.teacher.logits)],
    plans: augmented.plans,
  };
  expect([...readNow(batch.images)]).toEqual([1, 2]);
  if (augmented.images !== batch.images) augmented.images.dispose();
  disposeOutputs(augmented.teacher);
  Object.values(batch).forEach((tensor) => tensor.dispose());
  expect(tensorCount()).toBe(before);
  return result;
}

describe("AugmenterChain", () => {
  it("applies augmenters in order, each on what comes before it", async () => {
    const doubling: Augmenter = { sample: () => null, propose: (_, batch) => ({ images: add(batch.images, batch.images), rows: [0, 1] }) };
    const chain = new AugmenterChain([{ id: "plus", augmenter: plus(3) }, { id: "doubling", augmenter: doubling }]);
    expect((await run(chain, countingTeacher())).pixels).toEqual([8, 10]);
  });

  it("forwards the pool once and hands the picked rows' logits on", async () => {
    const models = countingTeacher();
    const chain = new AugmenterChain([{ id: "plus", augmenter: plus(3) }, { id: "picking", augmenter: picking }]);
    const { pixels, teacher } = await run(chain, models);
    expect(pixels).toEqual([15, 14]);
    expect(teacher).toEqual([15, 115, 14, 114]);
    expect(models.rows).toBe(4);
  });

  it("draws from a stream of its own for an augmenter that stands twice", async () => {
    const drawing: Augmenter = { sample: (stream) => stream.uniform(), propose: plus(0).propose };
    const names: string[] = [];
    const streams = createStreams(1);
    const spying = { seed: 1, at: (name: string, position?: object) => (names.push(name), streams.at(name, position)) };
    const chain = new AugmenterChain([{ id: "drawing", augmenter: drawing }, { id: "drawing", augmenter: drawing }]);
    const batch = makeBatch();
    const { images } = await chain.augment(batch, info, spying, { epoch: 0, step: 0 }, countingTeacher(), undefined, "test");
    expect(names).toEqual(["augmenter:drawing", "augmenter:drawing:1"]);
    images.dispose();
    Object.values(batch).forEach((tensor) => tensor.dispose());
  });

  it("refuses one that picks and is not last, and two that pick", () => {
    const pick = { id: "picking", augmenter: picking };
    const error = expect.objectContaining({ code: "KDF_AUGMENTER_ORDER" });
    expect(() => new AugmenterChain([pick, { id: "plus", augmenter: plus(1) }])).toThrow(error);
    expect(() => new AugmenterChain([pick, { ...pick, id: "other" }])).toThrow(error);
  });

  it("names an augmenter that proposes another shape", async () => {
    const shrinking: Augmenter = { sample: () => null, propose: (_, batch) => ({ images: slice(batch.images, [0, 0, 0, 0], [1, 1, 1, 1]), rows: [0] }) };
    const chain = new AugmenterChain([{ id: "shrinking", augmenter: shrinking }]);
    const batch = makeBatch();
    await expect(chain.augment(batch, info, createStreams(1), {}, countingTeacher(), undefined, "test")).rejects.toMatchObject({ code: "KDF_PLUGIN_RETURNED", message: expect.stringContaining("augmenter shrinking") });
  });
});
