import type { TensorLike } from "@kdf/core";
import { add, clip, floats, floor, greaterEqual, mean, multiply, ones, pad, slice, subtract, sum, where, type Tensor } from "@kdf/tensor";

/** Operations on grey levels: images [B,H,W,C] of whole numbers 0 to 255, as float32. */

export const invert = (images: TensorLike): Tensor => subtract(255, images);

/** Inverts levels of `threshold` and more. */
export const solarize = (images: TensorLike, threshold: number): Tensor => where(greaterEqual(images, threshold), invert(images), images);

/** Keeps the highest `bits` of 8. */
export const posterize = (images: TensorLike, bits: number): Tensor => {
  const step = 2 ** (8 - bits);
  return multiply(floor(multiply(images, 1 / step)), step);
};

/** Changes the distance from black. */
export const brightness = (images: TensorLike, change: number): Tensor => blend(images, 0, change);

/** Changes the distance of each pixel from its own grey; images of one channel stay. */
export const color = (images: TensorLike, change: number): Tensor => (images.shape[3] === 1 ? add(images, 0) : blend(images, grey(images), change));

/** Changes the distance from the image's mean grey. */
export const contrast = (images: TensorLike, change: number): Tensor => {
  const levels = images.shape[3] === 1 ? images : grey(images);
  return blend(images, mean(levels, [1, 2, 3], true), change);
};

/** Changes the distance from a blurred image, except at the border; images of two pixels or fewer stay. */
export const sharpness = (images: TensorLike, change: number): Tensor => {
  const [, height = 0, width = 0] = images.shape;
  return height <= 2 || width <= 2 ? add(images, 0) : blend(images, blurred(images), change);
};

/** images · (1 + change) - other · change, cut off to what a byte holds and rounded down. */
function blend(images: TensorLike, other: TensorLike | number, change: number): Tensor {
  const kept = multiply(images, 1 + change);
  return floor(clip(other === 0 ? kept : add(kept, multiply(other, -change)), 0, 255));
}

/** [B,H,W,3] -> [B,H,W,1]: luminance, rounded down. */
function grey(images: TensorLike): Tensor {
  return floor(sum(multiply(images, floats([0.2989, 0.587, 0.114], [3])), 3, true));
}

/** Each pixel the mean of its 3 x 3 neighbourhood in which it counts five times, to the nearest level; the border as it is. */
function blurred(images: TensorLike): Tensor {
  const [size = 0, height = 0, width = 0, channels = 0] = images.shape;
  const part = (top: number, left: number): Tensor => slice(images, [0, top, left, 0], [size, height - 2, width - 2, channels]);
  const around = [0, 1, 2].flatMap((top) => [0, 1, 2].map((left) => part(top, left))).reduce((a, b) => add(a, b));
  const inner = floor(multiply(add(add(around, multiply(part(1, 1), 4)), 6.5), 1 / 13));
  const onlyInner: [number, number][] = [[0, 0], [1, 1], [1, 1], [0, 0]];
  return add(pad(inner, onlyInner), multiply(images, subtract(1, pad(ones([1, height - 2, width - 2, 1]), onlyInner))));
}
