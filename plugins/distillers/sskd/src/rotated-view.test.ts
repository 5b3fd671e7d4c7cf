import { readFileSync } from "node:fs";
import type { BatchInfo } from "@kdf/core";
import { decodeSafetensors } from "@kdf/nn";
import { createStreams, disposeAll, floats, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it, test } from "vitest";
import { RotatedView, rotations, type RotationPlan } from "./rotated-view.js";

beforeAll(startReferenceEngine);

/** What PyTorch makes of recorded draws: test/parity/scripts/rotations.py. */
const file = new URL("../../../../test/parity/fixtures/rotations.safetensors", import.meta.url);
const { tensors, metadata } = decodeSafetensors(readFileSync(file), "rotations.safetensors");
const { cases } = JSON.parse(metadata["parity"]!) as { readonly cases: Readonly<Record<string, RotationPlan>> };

test.each(Object.entries(cases))("images are turned and cropped as PyTorch does it, exactly: %s", (name, plan) => {
  const [given, expected] = [tensors.get(`${name}.images`)!, tensors.get(`${name}.rotated`)!];
  const images = floats(given.data as Float32Array, given.shape);
  const before = tensorCount();
  const made = new RotatedView().apply(plan, images);
  expect(tensorCount() - before).toBe(1);
  expect(made.shape).toEqual(expected.shape);
  expect([...readNow(made)]).toEqual([...expected.data]);
  disposeAll([made, images]);
});

describe("draws", () => {
  const streams = createStreams(5);
  const info: BatchInfo = { size: 6, height: 16, width: 16, channels: 2, mean: [0.5, 0.4], std: [0.25, 0.2] };
  const draw = (view: RotatedView, changes: Partial<BatchInfo> = {}, step = 0): RotationPlan =>
    view.sample(streams.at("view:rotated", { step }), { ...info, ...changes }) as RotationPlan;

  it("mirrors where the original is mirrored, and nowhere else", () => {
    const flipped = [true, false, false, true, true, false];
    expect(draw(new RotatedView(), { flipped }).flipped).toEqual(flipped);
    expect(draw(new RotatedView()).flipped).toEqual(Array(6).fill(false));
  });

  it.each([
    { padding: undefined, size: 16, most: 2 },
    { padding: undefined, size: 32, most: 4 },
    { padding: 1, size: 16, most: 1 },
    { padding: 0, size: 16, most: 0 },
  ])("a crop for every rotated image: $size pixels, padding $padding", ({ padding, size, most }) => {
    const seen = new Map<number, number>();
    for (let step = 0; step < 50; step += 1) {
      const { crops } = draw(new RotatedView(padding), { height: size, width: size }, step);
      expect(crops.length).toBe(6 * rotations);
      for (const shift of crops.flat()) seen.set(shift, (seen.get(shift) ?? 0) + 1);
    }
    expect([...seen.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 2 * most + 1 }, (_, place) => place - most));
    const expected = (50 * 6 * rotations * 2) / seen.size;
    for (const count of seen.values()) expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected) + 1);
  });

  it("has the border black in the data set's normalisation", () => {
    const { black } = draw(new RotatedView());
    expect(black[0]).toBeCloseTo(-2, 12);
    expect(black[1]).toBeCloseTo(-2, 12);
  });

  it("refuses images that are another shape once they are turned", () => {
    expect(() => draw(new RotatedView(), { width: 15 })).toThrow(expect.objectContaining({ code: "KDF_DISTILLER_MISFIT" }));
  });
});
