import { parseOptions, type Batch, type BatchInfo, type RandomStream } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, readNow, startReferenceEngine, tensorCount, type Tensor } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { CutMix, drawBox, options, type Plan } from "./cutmix.js";

beforeAll(startReferenceEngine);

const streams = createStreams(7);
const info = (size: number, height: number, width = height, channels = 1): BatchInfo => ({
  size, height, width, channels, mean: Array(channels).fill(0.5), std: Array(channels).fill(0.25),
});

/** Every pixel its own number, so that each value says where it came from. */
function batchOf({ size, height, width, channels }: BatchInfo): Batch & { readonly images: Tensor } {
  const values = Float32Array.from({ length: size * height * width * channels }, (_, index) => index + 0.25);
  return {
    images: floats(values, [size, height, width, channels]),
    labels: integers(new Int32Array(size), [size]),
    indices: integers(new Int32Array(size), [size]),
  };
}

function applied(cutmix: CutMix, plan: Plan, batch: Batch): number[] {
  const pool = cutmix.propose(plan, batch);
  const values = [...readNow(pool.images)];
  pool.images.dispose();
  return values;
}

/** Pixel by pixel from the definition: inside its box an image shows its partner. */
function byDefinition(plan: Plan, batch: Batch): number[] {
  const images = readNow(batch.images);
  const [size, height, width, channels] = batch.images.shape as [number, number, number, number];
  const expected: number[] = [];
  for (let row = 0; row < size; row += 1) {
    const box = Array.isArray(plan.box) ? plan.box[row]! : plan.box;
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const inside = y >= box.top && y < box.top + box.height && x >= box.left && x < box.left + box.width;
        const source = inside ? plan.permutation[row]! : row;
        for (let channel = 0; channel < channels; channel += 1) {
          expected.push(images[((source * height + y) * width + x) * channels + channel]!);
        }
      }
    }
  }
  return expected;
}

describe("cutmix", () => {
  it("pastes the partner's box, by hand", () => {
    const batch = batchOf(info(2, 2, 3));
    const plan = { lambda: 0.5, box: { top: 0, left: 1, height: 2, width: 1 }, permutation: [1, 0] };
    expect(applied(new CutMix({ alpha: 1, perImage: false }), plan, batch)).toEqual([
      0.25, 7.25, 2.25, 3.25, 10.25, 5.25,
      6.25, 1.25, 8.25, 9.25, 4.25, 11.25,
    ]);
    disposeAll({ ...batch });
  });

  it.each([
    { name: "a batch", shape: info(8, 32, 32, 3), perImage: false },
    { name: "odd sides and an odd batch", shape: info(5, 7, 9, 3), perImage: false },
    { name: "every image by itself", shape: info(6, 9, 7, 2), perImage: true },
    { name: "a pair", shape: info(2, 28), perImage: true },
  ])("shows exactly what the plan says: $name", ({ shape, perImage }) => {
    const cutmix = new CutMix({ alpha: 1, perImage });
    const batch = batchOf(shape);
    for (let step = 0; step < 10; step += 1) {
      const plan = cutmix.sample(streams.at("augmenter:cutmix", { step }), shape);
      const replayed = JSON.parse(JSON.stringify(plan)) as Plan;
      expect(Array.isArray(plan.box)).toBe(perImage);
      expect(applied(cutmix, replayed, batch)).toEqual(byDefinition(plan, batch));
    }
    disposeAll({ ...batch });
  });

  it("returns one image as it is, even with a box", () => {
    for (const perImage of [false, true]) {
      const cutmix = new CutMix({ alpha: 1, perImage });
      const batch = batchOf(info(1, 8));
      const plan = cutmix.sample(streams.at("one"), info(1, 8));
      expect(plan.permutation).toEqual([0]);
      expect(applied(cutmix, plan, batch)).toEqual([...readNow(batch.images)]);
      disposeAll({ ...batch });
    }
  });

  it("leaves its input as it is and returns a tensor of its own", () => {
    const cutmix = new CutMix({ alpha: 1, perImage: false });
    for (const size of [1, 4]) {
      const shape = info(size, 6);
      const batch = batchOf(shape);
      const before = [...readNow(batch.images)];
      const count = tensorCount();
      const pool = cutmix.propose(cutmix.sample(streams.at("own"), shape), batch);
      expect(tensorCount() - count).toBe(1);
      expect(pool.rows).toEqual(Array.from({ length: size }, (_, row) => row));
      pool.images.dispose();
      expect([...readNow(batch.images)]).toEqual(before);
      disposeAll({ ...batch });
    }
  });

  it("refuses a plan of another batch", () => {
    const cutmix = new CutMix({ alpha: 1, perImage: false });
    const batch = batchOf(info(3, 4));
    const box = { top: 0, left: 0, height: 2, width: 2 };
    const wrong: unknown[] = [
      { lambda: 0.5, box, permutation: [1, 0] },
      { lambda: 0.5, box, permutation: [1, 2, 3] },
      { lambda: 0.5, box: { ...box, top: 3 }, permutation: [1, 2, 0] },
      { lambda: [0.5, 0.5], box: [box, box], permutation: [1, 2, 0] },
      { lambda: 0.5, box, permutation: [1, 2, -1] },
      { lambda: 0.5, permutation: [1, 2, 0] },
      null,
    ];
    const count = tensorCount();
    for (const plan of wrong) {
      expect(() => cutmix.propose(plan as Plan, batch)).toThrow(expect.objectContaining({ code: "KDF_PLAN_INVALID" }));
    }
    expect(tensorCount()).toBe(count);
    disposeAll({ ...batch });
  });

  it("refuses an option that it does not know", async () => {
    await expect(parseOptions(options, { beta: 1 }, "augmenter cutmix")).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
    await expect(parseOptions(options, { alpha: 0 }, "augmenter cutmix")).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
    expect(await parseOptions(options, {}, "augmenter cutmix")).toEqual({ alpha: 1, perImage: false });
  });
});

describe("the draws of cutmix", () => {
  /** A stream that yields the given centres. */
  const at = (y: number, x: number): RandomStream => {
    const values = [y, x];
    return { integer: () => values.shift()! } as unknown as RandomStream;
  };

  it("makes the box of the published code, by hand", () => {
    // sqrt(1 - 0.75) = 0.5: sides of 16 of 32 pixels, 8 to each side of the centre.
    expect(drawBox(at(16, 10), 0.75, 32, 32)).toEqual({ top: 8, left: 2, height: 16, width: 16 });
    expect(drawBox(at(0, 31), 0.75, 32, 32)).toEqual({ top: 0, left: 23, height: 8, width: 9 });
    // Sides of 28 · 0.5 = 14 and of 7 · 0.5 = 3.5, down to 3: one pixel to each side.
    expect(drawBox(at(14, 3), 0.75, 28, 7)).toEqual({ top: 7, left: 2, height: 14, width: 2 });
    expect(drawBox(at(5, 5), 1, 32, 32)).toEqual({ top: 5, left: 5, height: 0, width: 0 });
    expect(drawBox(at(16, 16), 0, 32, 32)).toEqual({ top: 0, left: 0, height: 32, width: 32 });
  });

  const plans = Array.from({ length: 20_000 }, (_, step) =>
    new CutMix({ alpha: 1, perImage: false }).sample(streams.at("distribution", { step }), info(4, 32)),
  );

  it("draws lambda uniformly for alpha 1 (Kolmogorov-Smirnov at 1 in 1,000)", () => {
    const lambdas = plans.map((plan) => plan.lambda as number).sort((a, b) => a - b);
    const distances = lambdas.map((lambda, index) =>
      Math.max(Math.abs(lambda - index / lambdas.length), Math.abs(lambda - (index + 1) / lambdas.length)),
    );
    expect(Math.max(...distances)).toBeLessThan(1.95 / Math.sqrt(lambdas.length));
  });

  it("draws each of the 9 permutations of four rows without a fixed point equally often (chi-squared at 1 in 1,000)", () => {
    const counts = new Map<string, number>();
    for (const { permutation } of plans) {
      expect(permutation.every((partner, row) => partner !== row)).toBe(true);
      const key = permutation.join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(9);
    const expected = plans.length / 9;
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquared).toBeLessThan(26.12); // 8 degrees of freedom
  });

  it("draws the box's centre uniformly over the pixels (chi-squared at 1 in 1,000)", () => {
    // A box of 2 x 2 of 8 x 8 pixels tells its centre: one pixel to each side, and at the first line only one line is left.
    const stream = streams.at("centres");
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 20_000; draw += 1) {
      const box = drawBox(stream, 1 - 1 / 16, 8, 8);
      const centre = (begin: number, length: number): number => (length === 2 ? begin + 1 : 0);
      const key = `${centre(box.top, box.height)},${centre(box.left, box.width)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(64);
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 312.5) ** 2 / 312.5, 0);
    expect(chiSquared).toBeLessThan(103.4); // 63 degrees of freedom
  });

  it("covers the share of pixels that the definition gives", () => {
    // The mean over lambda and centres of the clipped box's area, by summing the definition itself:
    // for each lambda of a fine grid the mean length over the centres, squared.
    const grid = 20_000;
    let mean = 0;
    for (let index = 0; index < grid; index += 1) {
      const half = Math.floor(Math.floor(32 * Math.sqrt(1 - (index + 0.5) / grid)) / 2);
      let length = 0;
      for (let centre = 0; centre < 32; centre += 1) length += Math.min(centre + half, 32) - Math.max(centre - half, 0);
      mean += (length / 32) ** 2 / 32 ** 2 / grid;
    }
    const shares = plans.map((plan) => {
      const box = plan.box as { height: number; width: number };
      return (box.height * box.width) / 32 ** 2;
    });
    const observed = shares.reduce((a, b) => a + b, 0) / shares.length;
    const deviation = Math.sqrt(shares.reduce((sum, share) => sum + (share - observed) ** 2, 0) / shares.length);
    expect(Math.abs(observed - mean)).toBeLessThan((3.5 * deviation) / Math.sqrt(shares.length));
  });

  it("draws lambda from Beta(alpha, alpha)", () => {
    // Beta(4, 4): mean 1/2, variance 1/36.
    const cutmix = new CutMix({ alpha: 4, perImage: true });
    const lambdas = cutmix.sample(streams.at("beta"), info(20_000, 8)).lambda as number[];
    const mean = lambdas.reduce((a, b) => a + b, 0) / lambdas.length;
    const variance = lambdas.reduce((sum, lambda) => sum + (lambda - mean) ** 2, 0) / lambdas.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 36, 3);
  });

  it("is the same for the same position and another for the next", () => {
    const cutmix = new CutMix({ alpha: 1, perImage: false });
    const at = (step: number): Plan => cutmix.sample(streams.at("augmenter:cutmix", { epoch: 3, step }), info(64, 28));
    expect(at(5)).toEqual(at(5));
    expect(at(5)).not.toEqual(at(6));
  });
});
