import { expect, it } from "vitest";
import type { Gallery } from "./gallery.js";
import { galleryPng } from "./gallery-png.js";

const gallery = (name: string, label = "Dress"): Gallery => ({
  title: "x",
  facts: [],
  command: "",
  height: 2,
  width: 2,
  channels: 1,
  rows: [{ label, origin: "" }],
  columns: [{ name, note: "1 images", pictures: [[{ pixels: new Uint8Array(4), description: "" }]] }],
});

/** From the header of the PNG. */
const widthOf = (png: Uint8Array): number => new DataView(png.buffer, png.byteOffset).getUint32(16);
const letterWidth = 12;

it("gives a column the width of the longest word of its head, and a row's label that of its own", () => {
  const plain = widthOf(galleryPng(gallery("blur")));
  const word = "perspectivetransform";
  const grown = word.length * letterWidth - 2 - 130;
  expect(widthOf(galleryPng(gallery(word)))).toBe(plain + grown);
  expect(widthOf(galleryPng(gallery(`${word}?by=0.25`)))).toBe(plain + grown + letterWidth);
  expect(widthOf(galleryPng(gallery("blur", word)))).toBe(plain + grown);
  expect(widthOf(galleryPng(gallery("blur?strength=0.25")))).toBe(plain);
});
