import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prepareBatch, type PreparationJob } from "./prepare-batch.js";

const job = (changes: Partial<PreparationJob>): PreparationJob => ({
  pixels: Uint8Array.from([1, 2, 3, 4, 5, 6]),
  height: 2,
  width: 3,
  channels: 1,
  mean: [0],
  std: [1 / 255], // pixels come out as they are
  cropPadding: 1,
  raw: false,
  ...changes,
});
const pixels = (images: Float32Array): number[] => [...images].map(Math.round);

describe("crop and flip, by hand", () => {
  // 1 2 3
  // 4 5 6   padded by one black pixel; the crop's first row and column go from 0 to 2, the middle is 1, 1.
  const cases: [string, number[], number[]][] = [
    ["the middle changes nothing", [1, 1, 0], [1, 2, 3, 4, 5, 6]],
    ["flip", [1, 1, 1], [3, 2, 1, 6, 5, 4]],
    ["upper left corner", [0, 0, 0], [0, 0, 0, 0, 1, 2]],
    ["lower right corner", [2, 2, 0], [5, 6, 0, 0, 0, 0]],
    ["lower right corner, then flip", [2, 2, 1], [0, 6, 5, 0, 0, 0]],
    ["left, then flip", [1, 0, 1], [2, 1, 0, 5, 4, 0]],
  ];
  test.each(cases)("%s", (_, draws, expected) => {
    expect(pixels(prepareBatch(job({ draws: Int32Array.from(draws) })).images)).toEqual(expected);
  });

  test("channels stay together, and each image has its own draws", () => {
    const { images } = prepareBatch(
      job({
        pixels: Uint8Array.from([1, 11, 2, 12, 3, 13, 4, 14]),
        height: 1,
        width: 2,
        channels: 2,
        mean: [0, 0],
        std: [1 / 255, 1 / 255],
        draws: Int32Array.from([1, 1, 1, 1, 2, 0]),
      }),
    );
    expect(pixels(images)).toEqual([2, 12, 1, 11, 4, 14, 0, 0]);
  });

  test("any crop and flip equals that of an image padded in full", () => {
    const cropped = fc
      .record({
        height: fc.integer({ min: 1, max: 5 }),
        width: fc.integer({ min: 1, max: 5 }),
        channels: fc.integer({ min: 1, max: 3 }),
        cropPadding: fc.integer({ min: 0, max: 6 }),
      })
      .chain((shape) =>
        fc.record({
          shape: fc.constant(shape),
          pixels: fc.uint8Array({
            minLength: shape.height * shape.width * shape.channels,
            maxLength: shape.height * shape.width * shape.channels,
          }),
          down: fc.integer({ min: 0, max: 2 * shape.cropPadding }),
          right: fc.integer({ min: 0, max: 2 * shape.cropPadding }),
          flip: fc.integer({ min: 0, max: 1 }),
        }),
      );
    fc.assert(
      fc.property(cropped, ({ shape, pixels: values, down, right, flip }) => {
        const { height, width, channels, cropPadding } = shape;
        const padded = Array.from({ length: height + 2 * cropPadding }, (_, y) =>
          Array.from({ length: width + 2 * cropPadding }, (_, x) => {
            const [row, column] = [y - cropPadding, x - cropPadding];
            const inside = row >= 0 && row < height && column >= 0 && column < width;
            const at = (row * width + column) * channels;
            return inside ? [...values.subarray(at, at + channels)] : new Array<number>(channels).fill(0);
          }),
        );
        const expected = padded.slice(down, down + height).map((row) => {
          const crop = row.slice(right, right + width);
          return flip === 1 ? crop.reverse() : crop;
        });
        const { images } = prepareBatch({
          ...shape,
          pixels: values,
          mean: new Array<number>(channels).fill(0),
          std: new Array<number>(channels).fill(1 / 255),
          draws: Int32Array.from([down, right, flip]),
          raw: false,
        });
        expect(pixels(images)).toEqual(expected.flat(2));
      }),
    );
  });
});

describe("normalisation", () => {
  test("is (pixel / 255 - mean) / std per channel, and padding is black, not grey", () => {
    const { images } = prepareBatch(
      job({
        pixels: Uint8Array.from([255, 51]),
        height: 1,
        width: 1,
        channels: 2,
        mean: [0.5, 0.1],
        std: [0.25, 0.5],
        draws: Int32Array.from([1, 1, 0]),
      }),
    );
    expect(images[0]).toBe(2);
    expect(images[1]).toBe(Math.fround((51 / 255 - 0.1) / 0.5));
    const black = prepareBatch(job({ mean: [0.286], std: [0.353], draws: Int32Array.from([0, 0, 0]) })).images[0];
    expect(black).toBe(Math.fround(-0.286 / 0.353));
  });

  test("raw is what stood there before crop and flip; both arrays are their own", () => {
    const flipped = prepareBatch(job({ raw: true, draws: Int32Array.from([1, 1, 1]) }));
    expect(pixels(flipped.raw!)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(pixels(flipped.images)).toEqual([3, 2, 1, 6, 5, 4]);
    const plain = prepareBatch(job({ raw: true }));
    expect(plain.raw).toEqual(plain.images);
    plain.images.fill(0);
    expect(pixels(plain.raw!)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(prepareBatch(job({})).raw).toBeUndefined();
  });

  test("leaves the pixels as they were", () => {
    const before = job({ draws: Int32Array.from([0, 2, 1]) });
    prepareBatch(before);
    expect([...before.pixels]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
