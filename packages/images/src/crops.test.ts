import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { boxCrop, centreCrop, randomCropBox, type RandomResizedCrop } from "./crops.js";
import { decodeImage } from "./decode-image.js";
import type { Box } from "./resample.js";

/** Resized by Pillow: test/external/datasets/make.py. */
const fixture = (name: string): Buffer => readFileSync(new URL(`../../../test/external/datasets/fixtures/${name}`, import.meta.url));
const { resize, crops } = JSON.parse(fixture("expected.json").toString()) as {
  resize: { height: number; width: number; resize: number; size: number }[];
  crops: (Box & { size: number })[];
};

test.each(resize.map((given, number) => ({ ...given, number })))(
  "$height x $width, shorter side $resize, centre $size: the bytes are Pillow's",
  async ({ number, ...framing }) => {
    const cropped = centreCrop(await decodeImage(fixture(`resize/${number}.png`)), framing);
    expect(Buffer.compare(cropped, gunzipSync(fixture(`resize/${number}.rgb`)))).toBe(0);
  },
);

test.each(crops.map((box, number) => ({ ...box, number })))("a part of $height x $width is cut out, then resized to $size, as Pillow does", async ({ number, size, ...box }) => {
  const cropped = boxCrop(await decodeImage(fixture("images/rgb.png")), box, size);
  expect(Buffer.compare(cropped, gunzipSync(fixture(`resize/crop-${number}.rgb`)))).toBe(0);
});

test("where nothing may be resized, another size is named", () => {
  const image = { width: 3, height: 2, pixels: new Uint8Array(18) };
  expect(() => centreCrop(image, { size: 2 })).toThrow("it has 3 x 2 pixels instead of 2 x 2");
});

describe("where a random crop lies", () => {
  const imagenet: RandomResizedCrop = { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] };
  const draws = (...given: number[]): Float64Array => Float64Array.from({ length: 40 }, (_, at) => given[at] ?? 0.5);

  test("by hand: half of the area, ratio 1", () => {
    // scale 0.08 + 0.92 x (0.42 / 0.92) = 0.5; log ratio in the middle is 0. sqrt(5000) = 70.7.
    const box = randomCropBox(100, 100, draws(0.42 / 0.92, 0.5, 0, 0.999), imagenet);
    expect(box).toEqual({ top: 0, left: 29, width: 71, height: 71 });
  });

  test("by hand: the second attempt, where the first is too high", () => {
    // The whole area with ratio 3/4 is higher than the image; then an eighth of it with ratio 1.
    const box = randomCropBox(80, 80, draws(1, 0, 0, 0, 0.045 / 0.92, 0.5, 0.5, 0), imagenet);
    expect(box).toEqual({ top: 26, left: 0, width: 28, height: 28 });
  });

  test("where none fits, it is the largest centre of an allowed ratio", () => {
    const never = new Float64Array(40).fill(0.9999);
    expect(randomCropBox(300, 30, never, imagenet)).toEqual({ left: 130, top: 0, width: 40, height: 30 });
    expect(randomCropBox(30, 300, never, imagenet)).toEqual({ left: 0, top: 130, width: 30, height: 40 });
    expect(randomCropBox(31, 30, never, { scale: [2, 2], ratio: [1, 1] })).toEqual({ left: 0, top: 0, width: 30, height: 30 });
  });

  test("always lies inside, with an area and a ratio as allowed", () => {
    let state = 1;
    const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    let smallest = 1;
    let largest = 0;
    for (let round = 0; round < 2000; round += 1) {
      const { left, top, width, height } = randomCropBox(500, 375, Float64Array.from({ length: 40 }, next), imagenet);
      expect(left >= 0 && top >= 0 && left + width <= 500 && top + height <= 375).toBe(true);
      const share = (width * height) / (500 * 375);
      smallest = Math.min(smallest, share);
      largest = Math.max(largest, share);
      expect(width / height).toBeGreaterThan(0.74);
      expect(width / height).toBeLessThan(1.35);
    }
    expect(smallest).toBeGreaterThan(0.078);
    expect(smallest).toBeLessThan(0.1);
    expect(largest).toBeGreaterThan(0.9);
  });
});
