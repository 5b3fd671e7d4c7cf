import { glyphHeight, glyphPixels, glyphWidth, writable } from "./bitmap-font.js";

export type Colour = readonly [red: number, green: number, blue: number];

/** Each letter's pixel is a square of so many. */
const textScale = 2;
const advance = (glyphWidth + 1) * textScale;
export const lineHeight = (glyphHeight + 2) * textScale;

/** Letters that fit into a width. */
export const lettersIn = (width: number): number => Math.max(1, Math.floor((width + textScale) / advance));
export const textWidth = (text: string): number => writable(text).length * advance - textScale;

/** An RGB picture to paint on. What lies outside is not painted. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** [H,W,3] */
  readonly pixels: Uint8Array;

  constructor(width: number, height: number, [red, green, blue]: Colour) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3);
    for (let at = 0; at < this.pixels.length; at += 3) this.pixels.set([red, green, blue], at);
  }

  rectangle(left: number, top: number, width: number, height: number, colour: Colour): void {
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y += 1) {
      for (let x = Math.max(0, left); x < Math.min(this.width, left + width); x += 1) this.pixels.set(colour, (y * this.width + x) * 3);
    }
  }

  text(left: number, top: number, text: string, colour: Colour): void {
    [...writable(text)].forEach((letter, place) => {
      for (const [x, y] of glyphPixels(letter)) {
        this.rectangle(left + place * advance + x * textScale, top + y * textScale, textScale, textScale, colour);
      }
    });
  }

  /** Paints pixels [H,W,C] (one channel is grey), each as a square of `scale`; `paleness` from 0 mixes in white up to 1. */
  picture(
    left: number,
    top: number,
    { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
    pixels: Uint8Array,
    scale: number,
    paleness = 0,
  ): void {
    const shade = (at: number, channel: number): number => {
      const value = pixels[at * channels + (channels >= 3 ? channel : 0)]!;
      return Math.round(value + (255 - value) * paleness);
    };
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const at = y * width + x;
        this.rectangle(left + x * scale, top + y * scale, scale, scale, [shade(at, 0), shade(at, 1), shade(at, 2)]);
      }
    }
  }
}

/** Where text may be broken: at spaces, behind hyphens and behind the signs of an entry. */
const parts = (text: string): readonly string[] => text.match(/[^ ?&+,=-]*[ ?&+,=-]?/g) ?? [];

/** Letters of the longest part of a text that is not to be broken. */
export const longestPart = (text: string): number => Math.max(0, ...parts(text).map((part) => part.trimEnd().length));

/** Breaks text into lines of at most `letters`: where it may be, or where it must. */
export function wrapText(text: string, letters: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of parts(text)) {
    if (line !== "" && (line + part).trimEnd().length > letters) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += part;
    while (line.trimEnd().length > letters) {
      lines.push(line.slice(0, letters));
      line = line.slice(letters);
    }
  }
  return [...lines, ...(line.trim() === "" ? [] : [line.trimEnd()])];
}
