import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readIdxImages, readIdxLabels } from "./idx.js";

// Written out by hand: two images of 2 x 3 pixels, and three labels.
const images = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 251, 255]);
const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 4]);

const code = (expected: string) => expect.objectContaining({ code: expected });

describe("images", () => {
  test("plain and gzipped give the same", async () => {
    for (const bytes of [images, gzipSync(images)]) {
      const read = await readIdxImages(bytes, "images");
      expect([read.count, read.height, read.width]).toEqual([2, 2, 3]);
      expect([...read.pixels]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 251, 255]);
    }
  });

  test("a view into a larger buffer is read from its own start", async () => {
    const shifted = new Uint8Array(images.length + 3);
    shifted.set(images, 3);
    expect((await readIdxImages(shifted.subarray(3), "images")).count).toBe(2);
  });

  const bad: [string, Uint8Array, RegExp][] = [
    ["an empty file", new Uint8Array(), /images\.idx is not valid: it has 0 bytes/],
    ["a header cut off", images.subarray(0, 15), /15 bytes, less than a header/],
    ["a label file", labels, /less than a header/],
    ["another magic number", Uint8Array.from([0, 0, 13, 3, ...images.subarray(4)]), /magic number is 0x00000d03/],
    ["no images", Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3]), /sizes are 0 x 2 x 3/],
    ["pixels cut off", images.subarray(0, images.length - 1), /cut off: 27 of 28 bytes/],
    ["bytes left over", Uint8Array.from([...images, 0]), /1 bytes more than its header says/],
    ["gzip cut off", gzipSync(images).subarray(0, 30), /gzip data is damaged or cut off/],
    ["gzip damaged", gzipSync(images).fill(7, 12, 20), /gzip data is damaged or cut off/],
  ];
  test.each(bad)("%s is refused", async (_, bytes, message) => {
    const reading = readIdxImages(bytes, "images.idx");
    await expect(reading).rejects.toEqual(code("KDF_DATA_FILE_INVALID"));
    await expect(reading).rejects.toThrow(message);
  });
});

describe("labels", () => {
  test("plain and gzipped give the same", async () => {
    for (const bytes of [labels, gzipSync(labels)]) expect([...(await readIdxLabels(bytes, "labels", 10))]).toEqual([9, 0, 4]);
  });

  test("a label out of range is refused with its row", async () => {
    const reading = readIdxLabels(labels, "labels.idx", 4);
    await expect(reading).rejects.toEqual(code("KDF_DATA_LABELS_INVALID"));
    await expect(readIdxLabels(Uint8Array.from([...labels.subarray(0, 10), 10]), "l", 10)).rejects.toThrow(
      /label 10 in row 2[^]*labels from 0 to 9/,
    );
  });

  test("an image file and a wrong count are refused", async () => {
    await expect(readIdxLabels(images, "labels", 10)).rejects.toEqual(code("KDF_DATA_FILE_INVALID"));
    await expect(readIdxLabels(labels.subarray(0, 10), "labels", 10)).rejects.toThrow(/cut off: 10 of 11 bytes/);
    await expect(readIdxLabels(Uint8Array.from([...labels, 1]), "labels", 10)).rejects.toThrow(/1 bytes more/);
  });
});
