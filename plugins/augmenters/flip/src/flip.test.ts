import type { Batch, BatchInfo } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Flip, type Plan } from "./flip.js";

beforeAll(startReferenceEngine);

const streams = createStreams(3);
const info = (size: number): BatchInfo => ({ size, height: 2, width: 3, channels: 2, mean: [0, 0], std: [1, 1] });

function batchOf(size: number): Batch {
  return {
    images: floats(Float32Array.from({ length: size * 12 }, (_, index) => index + 0.1), [size, 2, 3, 2]),
    labels: integers(new Int32Array(size), [size]),
    indices: integers(new Int32Array(size), [size]),
  };
}

function applied(flip: Flip, plan: Plan, batch: Batch): number[] {
  const pool = flip.propose(plan, batch);
  const values = [...readNow(pool.images)];
  pool.images.dispose();
  return values;
}

const straight = (row: number): number[] => Array.from({ length: 12 }, (_, index) => Math.fround(row * 12 + index + 0.1));
/** Columns 2, 1, 0 of each line, the two channels in their order. */
const reversed = (row: number): number[] => [4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7].map((index) => straight(row)[index]!);

describe("flip", () => {
  const whole = new Flip({ perImage: false });
  const single = new Flip({ perImage: true });

  it("exchanges left and right, by hand", () => {
    const batch = batchOf(2);
    expect(applied(whole, { flip: true }, batch)).toEqual([...reversed(0), ...reversed(1)]);
    expect(applied(whole, { flip: false }, batch)).toEqual([...straight(0), ...straight(1)]);
    expect(applied(single, { flip: [false, true] }, batch)).toEqual([...straight(0), ...reversed(1)]);
    disposeAll({ ...batch });
  });

  it("draws once for the batch, or for every image, with probability 1/2 (3.5 standard deviations)", () => {
    const draws = Array.from({ length: 10_000 }, (_, step) => whole.sample(streams.at("flip", { step }), info(64)).flip);
    expect(draws.every((draw) => typeof draw === "boolean")).toBe(true);
    expect(Math.abs(draws.filter(Boolean).length - 5_000)).toBeLessThan(3.5 * 50);
    const rows = single.sample(streams.at("flip"), info(10_000)).flip as boolean[];
    expect(rows).toHaveLength(10_000);
    expect(Math.abs(rows.filter(Boolean).length - 5_000)).toBeLessThan(3.5 * 50);
  });

  it("leaves its input as it is and returns a tensor of its own", () => {
    for (const flip of [true, false, [true, false, true]]) {
      const batch = batchOf(3);
      const before = [...readNow(batch.images)];
      const count = tensorCount();
      const pool = whole.propose({ flip }, batch);
      expect(tensorCount() - count).toBe(1);
      expect(pool.rows).toEqual([0, 1, 2]);
      pool.images.dispose();
      expect([...readNow(batch.images)]).toEqual(before);
      disposeAll({ ...batch });
    }
  });

  it("flips a batch of one", () => {
    const batch = batchOf(1);
    expect(applied(whole, { flip: true }, batch)).toEqual(reversed(0));
    expect(applied(single, { flip: [true] }, batch)).toEqual(reversed(0));
    disposeAll({ ...batch });
  });

  it("refuses a plan of another batch", () => {
    const batch = batchOf(3);
    for (const plan of [{ flip: [true] }, { flip: 1 }, {}]) {
      expect(() => whole.propose(plan as Plan, batch)).toThrow(expect.objectContaining({ code: "KDF_PLAN_INVALID" }));
    }
    disposeAll({ ...batch });
  });
});
