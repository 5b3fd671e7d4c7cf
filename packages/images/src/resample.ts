import type { DecodedImage } from "./decode-image.js";

/** A rectangle of pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** For one output pixel: the first input pixel, and the share of each from there on, in 1/2²². */
interface Shares {
  readonly first: number;
  readonly weights: Int32Array;
}

/** Pillow's precision: what 32 bits leave for eight-bit sums. */
const bits = 22;
const half = 1 << (bits - 1);
const channels = 3;

/**
 * Cuts `box` out of an image and resizes it to `size` pixels, of which `window` is returned: bilinear with antialiasing,
 * that is, a triangle as wide as two output pixels where it shrinks. Columns first, then rows, each rounded to eight bits,
 * with shares in fixed point: the arithmetic of Pillow's `resize(…, BILINEAR)`, which torchvision uses, so that the bytes
 * are equal to its own. Where a side keeps its length, it is copied.
 * @returns [window.height,window.width,3], new
 */
export function resample(image: DecodedImage, box: Box, size: { readonly width: number; readonly height: number }, window: Box = { left: 0, top: 0, ...size }): Uint8Array {
  const across = shares(box.width, size.width).slice(window.left, window.left + window.width);
  const down = shares(box.height, size.height).slice(window.top, window.top + window.height);
  const firstRow = Math.min(...down.map(({ first }) => first));
  const endRow = Math.max(...down.map(({ first, weights }) => first + weights.length));
  const narrow = new Uint8Array((endRow - firstRow) * window.width * channels);
  for (let row = firstRow, to = 0; row < endRow; row += 1) {
    const start = ((box.top + row) * image.width + box.left) * channels;
    for (const { first, weights } of across) {
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = half;
        for (let tap = 0, from = start + first * channels + channel; tap < weights.length; tap += 1, from += channels) sum += image.pixels[from]! * weights[tap]!;
        narrow[to++] = clip(sum >> bits);
      }
    }
  }
  const stride = window.width * channels;
  const result = new Uint8Array(window.height * stride);
  down.forEach(({ first, weights }, row) => {
    for (let at = 0; at < stride; at += 1) {
      let sum = half;
      for (let tap = 0, from = (first - firstRow) * stride + at; tap < weights.length; tap += 1, from += stride) sum += narrow[from]! * weights[tap]!;
      result[row * stride + at] = clip(sum >> bits);
    }
  });
  return result;
}

function shares(from: number, to: number): Shares[] {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const triangle = Array.from({ length: end - first }, (_, tap) => Math.max(0, 1 - Math.abs((tap + first - centre + 0.5) / reach)));
    const sum = triangle.reduce((total, weight) => total + weight, 0);
    return { first, weights: Int32Array.from(triangle, (weight) => Math.trunc(0.5 + (weight / sum) * 2 ** bits)) };
  });
}

const clip = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);
