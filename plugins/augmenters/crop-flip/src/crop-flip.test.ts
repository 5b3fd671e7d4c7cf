import type { Batch, BatchInfo } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { CropFlip, type Plan } from "./crop-flip.js";

beforeAll(startReferenceEngine);

const streams = createStreams(11);
const info = (size: number, height: number, width = height, channels = 1): BatchInfo => ({
  size, height, width, channels, mean: [0.5, 0.4, 0.3].slice(0, channels), std: [0.25, 0.2, 0.1].slice(0, channels),
});

function batchOf({ size, height, width, channels }: BatchInfo): Batch {
  const values = Float32Array.from({ length: size * height * width * channels }, (_, index) => index + 0.25);
  return {
    images: floats(values, [size, height, width, channels]),
    labels: integers(new Int32Array(size), [size]),
    indices: integers(new Int32Array(size), [size]),
  };
}

function applied(augmenter: CropFlip, plan: Plan, batch: Batch): number[] {
  const pool = augmenter.propose(plan, batch);
  const values = [...readNow(pool.images)];
  pool.images.dispose();
  return values;
}

/** From the definition: pad with black, cut out, exchange left and right. */
function byDefinition(plan: Plan, batch: Batch, padding: number): number[] {
  const images = readNow(batch.images);
  const [size, height, width, channels] = batch.images.shape as [number, number, number, number];
  const expected: number[] = [];
  for (let row = 0; row < size; row += 1) {
    const { top, left, flip } = Array.isArray(plan.view) ? plan.view[row]! : plan.view;
    const padded = Array.from({ length: height + 2 * padding }, () =>
      Array.from({ length: width + 2 * padding }, () => plan.black.map(Math.fround)),
    );
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const begin = ((row * height + y) * width + x) * channels;
        padded[y + padding]![x + padding] = [...images.subarray(begin, begin + channels)];
      }
    }
    for (const line of padded.slice(top + padding, top + padding + height)) {
      const cut = line.slice(left + padding, left + padding + width);
      expected.push(...(flip ? cut.reverse() : cut).flat());
    }
  }
  return expected;
}

describe("crop-flip", () => {
  const augmenter = new CropFlip({ perImage: false });

  it("shifts, fills with black and flips, by hand", () => {
    const batch = batchOf(info(1, 2, 3));
    const view = { top: 1, left: -1, flip: false };
    // The line below the image is black, and so is the column before it.
    expect(applied(augmenter, { view, black: [-2] }, batch)).toEqual([-2, 3.25, 4.25, -2, -2, -2]);
    expect(applied(augmenter, { view: { ...view, flip: true }, black: [-2] }, batch)).toEqual([4.25, 3.25, -2, -2, -2, -2]);
    expect(applied(augmenter, { view: { top: 0, left: 0, flip: false }, black: [-2] }, batch)).toEqual([...readNow(batch.images)]);
    disposeAll({ ...batch });
  });

  it("fills with the normalised value of a black pixel", () => {
    const plan = augmenter.sample(streams.at("black"), info(2, 8, 8, 3));
    expect(plan.black[0]).toBeCloseTo(-2, 12);
    expect(plan.black[1]).toBeCloseTo(-2, 12);
    expect(plan.black[2]).toBeCloseTo(-3, 12);
  });

  it.each([
    { name: "a batch", shape: info(6, 32, 32, 3), padding: 4, perImage: false },
    { name: "odd sides", shape: info(3, 9, 7, 2), padding: 3, perImage: false },
    { name: "every image by itself", shape: info(5, 9, 7, 3), padding: 2, perImage: true },
    { name: "a padding wider than the image", shape: info(2, 3, 3, 1), padding: 5, perImage: true },
    { name: "one image", shape: info(1, 28), padding: 3, perImage: false },
    { name: "one image by itself", shape: info(1, 28), padding: 0, perImage: true },
  ])("shows exactly what the plan says: $name", ({ shape, padding, perImage }) => {
    const drawing = new CropFlip({ padding, perImage });
    const batch = batchOf(shape);
    for (let step = 0; step < 10; step += 1) {
      const plan = drawing.sample(streams.at("exact", { step }), shape);
      expect(Array.isArray(plan.view)).toBe(perImage);
      const replayed = JSON.parse(JSON.stringify(plan)) as Plan;
      expect(applied(drawing, replayed, batch)).toEqual(byDefinition(plan, batch, padding));
    }
    disposeAll({ ...batch });
  });

  it.each([
    { size: 32, padding: 4 },
    { size: 64, padding: 8 },
    { size: 28, padding: 3 },
  ])("shifts a $size pixel image by up to $padding each way, each shift equally often", ({ size, padding }) => {
    const counts = new Map<number, number>();
    const draws = 9_000;
    let flips = 0;
    for (let step = 0; step < draws; step += 1) {
      const view = augmenter.sample(streams.at("shifts", { step }), info(64, size)).view as { top: number; left: number; flip: boolean };
      for (const shift of [view.top, view.left]) counts.set(shift, (counts.get(shift) ?? 0) + 1);
      flips += Number(view.flip);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 2 * padding + 1 }, (_, index) => index - padding));
    const expected = (2 * draws) / counts.size;
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    const freedom = counts.size - 1;
    expect(chiSquared).toBeLessThan(freedom + 3.5 * Math.sqrt(2 * freedom) + 4);
    expect(Math.abs(flips - draws / 2)).toBeLessThan(3.5 * Math.sqrt(draws / 4));
  });

  it("leaves its input as it is and returns a tensor of its own", () => {
    const shape = info(3, 8, 8, 3);
    const batch = batchOf(shape);
    const before = [...readNow(batch.images)];
    const count = tensorCount();
    const pool = augmenter.propose(augmenter.sample(streams.at("own"), shape), batch);
    expect(tensorCount() - count).toBe(1);
    expect(pool.rows).toEqual([0, 1, 2]);
    pool.images.dispose();
    expect([...readNow(batch.images)]).toEqual(before);
    disposeAll({ ...batch });
  });

  it("refuses a plan of another batch", () => {
    const batch = batchOf(info(3, 4));
    const view = { top: 0, left: 0, flip: false };
    for (const plan of [{ view, black: [0, 0] }, { view: [view], black: [0] }, { view, black: "0" }, { black: [0] }]) {
      expect(() => augmenter.propose(plan as Plan, batch)).toThrow(expect.objectContaining({ code: "KDF_PLAN_INVALID" }));
    }
    disposeAll({ ...batch });
  });
});
