import type { Batch, BatchInfo } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Mixup, type Plan } from "./mixup.js";

beforeAll(startReferenceEngine);

const streams = createStreams(13);
const info = (size: number, height: number, width = height, channels = 1): BatchInfo => ({
  size, height, width, channels, mean: Array(channels).fill(0.5), std: Array(channels).fill(0.25),
});

function batchOf({ size, height, width, channels }: BatchInfo): Batch {
  const values = Float32Array.from({ length: size * height * width * channels }, (_, index) => Math.sin(index));
  return {
    images: floats(values, [size, height, width, channels]),
    labels: integers(new Int32Array(size), [size]),
    indices: integers(new Int32Array(size), [size]),
  };
}

function applied(mixup: Mixup, plan: Plan, batch: Batch): number[] {
  const pool = mixup.propose(plan, batch);
  const values = [...readNow(pool.images)];
  pool.images.dispose();
  return values;
}

describe("mixup", () => {
  const mixup = new Mixup({ alpha: 1, perImage: false });

  it("is the weighted mean with the partner, by hand", () => {
    const batch = { ...batchOf(info(2, 1)), images: floats([1, 2, 3, 4], [2, 1, 2, 1]) };
    expect(applied(mixup, { lambda: 0.75, permutation: [1, 0] }, batch)).toEqual([1.5, 2.5, 2.5, 3.5]);
    expect(applied(mixup, { lambda: [1, 0.5], permutation: [1, 0] }, batch)).toEqual([1, 2, 2, 3]);
  });

  it.each([
    { name: "a batch", shape: info(6, 16, 16, 3), perImage: false },
    { name: "odd sides", shape: info(5, 9, 7, 3), perImage: false },
    { name: "every image by itself", shape: info(5, 9, 7, 2), perImage: true },
  ])("computes what the plan says, in single precision: $name", ({ shape, perImage }) => {
    const drawing = new Mixup({ alpha: 1, perImage });
    const batch = batchOf(shape);
    const images = readNow(batch.images);
    const pixels = images.length / shape.size;
    for (let step = 0; step < 10; step += 1) {
      const plan = drawing.sample(streams.at("exact", { step }), shape);
      expect(Array.isArray(plan.lambda)).toBe(perImage);
      const values = applied(drawing, JSON.parse(JSON.stringify(plan)) as Plan, batch);
      const worst = values.map((value, index) => {
        const row = Math.floor(index / pixels);
        const lambda = Array.isArray(plan.lambda) ? plan.lambda[row]! : plan.lambda;
        const partner = images[plan.permutation[row]! * pixels + (index % pixels)]!;
        return Math.abs(value - (lambda * images[index]! + (1 - lambda) * partner));
      });
      expect(Math.max(...worst)).toBeLessThan(2.5e-7); // four roundings of values up to 1
    }
    disposeAll({ ...batch });
  });

  it("returns one image as it is", () => {
    for (const perImage of [false, true]) {
      const drawing = new Mixup({ alpha: 1, perImage });
      const batch = batchOf(info(1, 8));
      const plan = drawing.sample(streams.at("one"), info(1, 8));
      expect(applied(drawing, plan, batch)).toEqual([...readNow(batch.images)]);
      disposeAll({ ...batch });
    }
  });

  it("leaves its input as it is and returns a tensor of its own", () => {
    for (const size of [1, 4]) {
      const batch = batchOf(info(size, 6));
      const before = [...readNow(batch.images)];
      const count = tensorCount();
      const pool = mixup.propose(mixup.sample(streams.at("own"), info(size, 6)), batch);
      expect(tensorCount() - count).toBe(1);
      expect(pool.rows).toEqual(Array.from({ length: size }, (_, row) => row));
      pool.images.dispose();
      expect([...readNow(batch.images)]).toEqual(before);
      disposeAll({ ...batch });
    }
  });

  it("draws lambda uniformly and every permutation equally often, fixed points included", () => {
    const plans = Array.from({ length: 12_000 }, (_, step) => mixup.sample(streams.at("draws", { step }), info(3, 8)));
    const lambdas = plans.map((plan) => plan.lambda as number).sort((a, b) => a - b);
    const distances = lambdas.map((lambda, index) =>
      Math.max(Math.abs(lambda - index / lambdas.length), Math.abs(lambda - (index + 1) / lambdas.length)),
    );
    expect(Math.max(...distances)).toBeLessThan(1.95 / Math.sqrt(lambdas.length)); // Kolmogorov-Smirnov, 1 in 1,000
    const counts = new Map<string, number>();
    for (const { permutation } of plans) counts.set(permutation.join(""), (counts.get(permutation.join("")) ?? 0) + 1);
    expect(counts.size).toBe(6);
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 2_000) ** 2 / 2_000, 0);
    expect(chiSquared).toBeLessThan(20.5); // 5 degrees of freedom, 1 in 1,000
  });

  it("draws a lambda for every image when asked to", () => {
    const plan = new Mixup({ alpha: 1, perImage: true }).sample(streams.at("perImage"), info(8, 4));
    expect(new Set(plan.lambda as number[]).size).toBe(8);
  });

  it("refuses a plan of another batch", () => {
    const batch = batchOf(info(3, 4));
    const wrong: unknown[] = [
      { lambda: 0.5, permutation: [1, 0] },
      { lambda: 0.5, permutation: [1, 2, 3] },
      { lambda: [0.5, 0.5], permutation: [1, 2, 0] },
      { lambda: 1.5, permutation: [1, 2, 0] },
      {},
    ];
    for (const plan of wrong) {
      expect(() => mixup.propose(plan as Plan, batch)).toThrow(expect.objectContaining({ code: "KDF_PLAN_INVALID" }));
    }
    disposeAll({ ...batch });
  });
});
