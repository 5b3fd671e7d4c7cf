import type { TensorLike } from "@kdf/core";
import { concatenate, gather, integers, reshape, zeros, type Tensor } from "@kdf/tensor";

/** Where a pixel comes from: x' = xx·x + xy·y + x0, y' = yx·x + yy·y + y0, in pixels from the image's centre. */
interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

const still: Affine = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

/** Each line moves by `slope` pixels more than the one above it; the corner at the upper left stays. */
export const shearX = (images: TensorLike, slope: number): Tensor => {
  const height = images.shape[1] ?? 0;
  return moved(images, { ...still, xy: slope, x0: (slope * height) / 2 });
};

/** Each column moves by `slope` pixels more than the one before it; the corner at the upper left stays. */
export const shearY = (images: TensorLike, slope: number): Tensor => {
  const width = images.shape[2] ?? 0;
  return moved(images, { ...still, yx: slope, y0: (slope * width) / 2 });
};

/** To the right by whole pixels; what `pixels` has beyond them is left out. */
export const translateX = (images: TensorLike, pixels: number): Tensor => moved(images, { ...still, x0: -Math.trunc(pixels) });

/** Downwards by whole pixels. */
export const translateY = (images: TensorLike, pixels: number): Tensor => moved(images, { ...still, y0: -Math.trunc(pixels) });

/** Counter-clockwise around the centre. */
export const rotate = (images: TensorLike, degrees: number): Tensor => {
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return moved(images, { ...still, xx: cosine, xy: -sine, yx: sine, yy: cosine });
};

/** images [B,H,W,C]: each pixel is the nearest one of where it comes from; black where that lies outside. */
function moved(images: TensorLike, from: Affine): Tensor {
  const [size = 0, height = 0, width = 0, channels = 0] = images.shape;
  const pixels = concatenate([reshape(images, [size, height * width, channels]), zeros([size, 1, channels])], 1);
  return reshape(gather(pixels, integers(sources(from, height, width), [height * width]), 1), [size, height, width, channels]);
}

/** For each pixel the place of the one that it comes from; one past the last means black. */
export function sources(from: Affine, height: number, width: number): Int32Array {
  const source = new Int32Array(height * width).fill(height * width);
  const [toColumn, toRow] = [axis(from.xx, from.xy, from.x0, width), axis(from.yx, from.yy, from.y0, height)];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const [x, y] = [column + 0.5 - width / 2, row + 0.5 - height / 2];
      const [fromColumn, fromRow] = [toColumn(x, y), toRow(x, y)];
      const inside = fromRow >= 0 && fromRow < height && fromColumn >= 0 && fromColumn < width;
      if (inside) source[row * width + column] = fromRow * width + fromColumn;
    }
  }
  return source;
}

const single = Math.fround;

/**
 * The place along an axis of `length` pixels whose centre is nearest to ofX·x + ofY·y + shift. Some shears lead to the
 * middle between two pixels; there rounding decides, so every step is rounded to single precision as torch does it: the
 * coordinate in halves of the image, then in pixels, then to the nearest, of two the even one.
 */
function axis(ofX: number, ofY: number, shift: number, length: number): (x: number, y: number) => number {
  const half = single(length / 2);
  const [a, b, c] = [ofX, ofY, shift].map((term) => single(single(term) / half)) as [number, number, number];
  return (x, y) => {
    const part = single(single(single(x * a) + single(y * b)) + c);
    const place = single(single(single(part + 1) * half) - 0.5);
    const below = Math.floor(place);
    const rest = place - below;
    return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
  };
}
