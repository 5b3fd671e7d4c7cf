import type { Batch, BatchInfo, RandomStream } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Cutout, type Plan } from "./cutout.js";

beforeAll(startReferenceEngine);

const streams = createStreams(5);
const info = (size: number, height: number, width = height, channels = 1): BatchInfo => ({
  size, height, width, channels, mean: Array(channels).fill(0.5), std: Array(channels).fill(0.25),
});

function batchOf({ size, height, width, channels }: BatchInfo): Batch {
  const values = Float32Array.from({ length: size * height * width * channels }, (_, index) => index + 0.25);
  return {
    images: floats(values, [size, height, width, channels]),
    labels: integers(new Int32Array(size), [size]),
    indices: integers(new Int32Array(size), [size]),
  };
}

function applied(cutout: Cutout, plan: Plan, batch: Batch): number[] {
  const pool = cutout.propose(plan, batch);
  const values = [...readNow(pool.images)];
  pool.images.dispose();
  return values;
}

/** A stream that yields the given centre. */
const at = (y: number, x: number): RandomStream => {
  const values = [y, x];
  return { integer: () => values.shift()! } as unknown as RandomStream;
};

describe("cutout", () => {
  const cutout = new Cutout({ perImage: false });

  it("sets a square to zero in every channel of every image, by hand", () => {
    const batch = batchOf(info(2, 2, 2, 2));
    const plan = { box: { top: 1, left: 0, height: 1, width: 1 } };
    expect(applied(cutout, plan, batch)).toEqual([
      0.25, 1.25, 2.25, 3.25, 0, 0, 6.25, 7.25,
      8.25, 9.25, 10.25, 11.25, 0, 0, 14.25, 15.25,
    ]);
    disposeAll({ ...batch });
  });

  it("cuts the square off at the borders, as in the published code, by hand", () => {
    // 32 pixels: a square of 8, four to each side of the centre.
    expect(cutout.sample(at(16, 10), info(2, 32)).box).toEqual({ top: 12, left: 6, height: 8, width: 8 });
    expect(cutout.sample(at(0, 31), info(2, 32)).box).toEqual({ top: 0, left: 27, height: 4, width: 5 });
    expect(cutout.sample(at(32, 32), info(2, 64)).box).toEqual({ top: 24, left: 24, height: 16, width: 16 });
    // 28 / 4 = 7, and three to each side.
    expect(cutout.sample(at(14, 1), info(2, 28)).box).toEqual({ top: 11, left: 0, height: 6, width: 4 });
    expect(new Cutout({ side: 4, perImage: false }).sample(at(3, 3), info(2, 9)).box).toEqual({ top: 1, left: 1, height: 4, width: 4 });
  });

  it.each([
    { name: "a batch", shape: info(4, 32, 32, 3), perImage: false },
    { name: "odd sides", shape: info(3, 9, 7, 3), perImage: false },
    { name: "every image by itself", shape: info(5, 9, 7, 2), perImage: true },
    { name: "one image", shape: info(1, 28), perImage: true },
  ])("shows exactly what the plan says: $name", ({ shape, perImage }) => {
    const drawing = new Cutout({ side: 4, perImage });
    const batch = batchOf(shape);
    const { height, width, channels } = shape;
    for (let step = 0; step < 10; step += 1) {
      const plan = drawing.sample(streams.at("exact", { step }), shape);
      expect(Array.isArray(plan.box)).toBe(perImage);
      const expected = [...readNow(batch.images)].map((value, index) => {
        const x = Math.floor(index / channels) % width;
        const y = Math.floor(index / channels / width) % height;
        const row = Math.floor(index / channels / width / height);
        const box = Array.isArray(plan.box) ? plan.box[row]! : plan.box;
        return y >= box.top && y < box.top + box.height && x >= box.left && x < box.left + box.width ? 0 : value;
      });
      expect(applied(drawing, JSON.parse(JSON.stringify(plan)) as Plan, batch)).toEqual(expected);
    }
    disposeAll({ ...batch });
  });

  it("draws the centre uniformly over the pixels (chi-squared at 1 in 1,000)", () => {
    // A square of one pixel to each side shows its centre, except at the borders: there the missing lines tell it.
    const drawing = new Cutout({ side: 2, perImage: true });
    const boxes = drawing.sample(streams.at("centres"), info(20_000, 8)).box as { top: number; left: number; height: number; width: number }[];
    const counts = new Map<string, number>();
    for (const box of boxes) {
      const centre = (begin: number, length: number): number => (length === 2 ? begin + 1 : 0);
      const key = `${centre(box.top, box.height)},${centre(box.left, box.width)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(64);
    const expected = boxes.length / 64;
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquared).toBeLessThan(103.4); // 63 degrees of freedom
  });

  it("leaves its input as it is and returns a tensor of its own", () => {
    const batch = batchOf(info(3, 8));
    const before = [...readNow(batch.images)];
    const count = tensorCount();
    const pool = cutout.propose(cutout.sample(streams.at("own"), info(3, 8)), batch);
    expect(tensorCount() - count).toBe(1);
    expect(pool.rows).toEqual([0, 1, 2]);
    pool.images.dispose();
    expect([...readNow(batch.images)]).toEqual(before);
    disposeAll({ ...batch });
  });

  it("refuses a plan of another batch", () => {
    const batch = batchOf(info(3, 4));
    const box = { top: 0, left: 0, height: 2, width: 2 };
    for (const plan of [{ box: { ...box, left: 3 } }, { box: [box] }, { box: { ...box, top: -1 } }, {}]) {
      expect(() => cutout.propose(plan as Plan, batch)).toThrow(expect.objectContaining({ code: "KDF_PLAN_INVALID" }));
    }
    disposeAll({ ...batch });
  });
});
