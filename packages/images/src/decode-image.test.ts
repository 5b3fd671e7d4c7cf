import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeImage } from "./decode-image.js";

/** Files and pixels made by Pillow and NumPy: test/external/datasets/make.py. */
const fixture = (name: string): Buffer => readFileSync(new URL(`../../../test/external/datasets/fixtures/${name}`, import.meta.url));
const { images } = JSON.parse(fixture("expected.json").toString()) as { images: Record<string, [number, number, number]> };

test.each(Object.entries(images))("%s gives Pillow's pixels", async (name, [height, width]) => {
  const image = await decodeImage(fixture(`images/${name}`));
  expect([image.height, image.width]).toEqual([height, width]);
  const expected = gunzipSync(fixture(`images/${name}.rgb`));
  expect(image.pixels.length).toBe(expected.length);
  // JPEG and lossy WebP too: both sides use the decoders of libjpeg-turbo's family and of libwebp.
  expect(Buffer.compare(image.pixels, expected)).toBe(0);
});

test.each([
  ["cut-off.jpg", /premature end/i],
  ["cut-off.png", /read error/],
  ["text.jpg", /it is no JPEG, PNG or WebP image/],
  ["empty.png", /it is empty/],
])("says what is wrong with %s, in one line", async (name, message) => {
  const error = await decodeImage(fixture(`images/damaged/${name}`)).catch((thrown: unknown) => thrown as Error);
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toMatch(/\n|vips/i);
});

test.each([
  ["SVG", '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'],
  ["GIF", Buffer.from("R0lGODdhAQABAIAAAP///////ywAAAAAAQABAAACAkQBADs=", "base64")],
])("another kind of file is no image, although the library could read it: %s", async (_, content) => {
  await expect(decodeImage(Buffer.from(content))).rejects.toThrow("it is no JPEG, PNG or WebP image");
});
