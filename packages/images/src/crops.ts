import type { DatasetDescription } from "@kdf/core";
import type { DecodedImage } from "./decode-image.js";
import { resample, type Box } from "./resample.js";

/** How an image becomes one of size x size pixels. */
export interface Framing {
  readonly size: number;
  /** The shorter side before the centre is cut out; absent where every image must have size x size pixels. */
  readonly resize?: number;
}

export type RandomResizedCrop = NonNullable<DatasetDescription["standardAugmentation"]["randomResizedCrop"]>;

/**
 * torchvision's Resize(resize), CenterCrop(size).
 * @returns [size,size,3]
 * @throws Error where the image has another size and may not be resized
 */
export function centreCrop(image: DecodedImage, { size, resize }: Framing): Uint8Array {
  const { width, height } = image;
  if (resize === undefined) {
    if (width !== size || height !== size) throw new Error(`it has ${width} x ${height} pixels instead of ${size} x ${size}`);
    return image.pixels;
  }
  // The longer side is cut off, not rounded, as torchvision does it.
  const resized = width <= height ? { width: resize, height: Math.trunc((resize * height) / width) } : { width: Math.trunc((resize * width) / height), height: resize };
  const window = { left: halfEven(resized.width - size), top: halfEven(resized.height - size), width: size, height: size };
  return resample(image, whole(image), resized, window);
}

/** torchvision's RandomResizedCrop(size), the place already drawn. [size,size,3] */
export function boxCrop(image: DecodedImage, box: Box, size: number): Uint8Array {
  return resample(image, box, { width: size, height: size });
}

/**
 * The place of torchvision's RandomResizedCrop (Szegedy et al. 2015, arXiv:1409.4842, section 6): a share of the area and a
 * ratio of the sides, tried until it fits, else the largest centre that has an allowed ratio.
 * @param draws [4 · attempts], uniform in [0, 1): for each attempt the share, the ratio, the row and the column
 */
export function randomCropBox(width: number, height: number, draws: Float64Array, { scale, ratio }: RandomResizedCrop): Box {
  const [least, most] = [Math.log(ratio[0]), Math.log(ratio[1])];
  for (let attempt = 0; attempt + 4 <= draws.length; attempt += 4) {
    const [share, sides, down, right] = draws.subarray(attempt, attempt + 4) as unknown as [number, number, number, number];
    const area = width * height * (scale[0] + (scale[1] - scale[0]) * share);
    const aspect = Math.exp(least + (most - least) * sides);
    const [wide, high] = [roundEven(Math.sqrt(area * aspect)), roundEven(Math.sqrt(area / aspect))];
    if (wide < 1 || high < 1 || wide > width || high > height) continue;
    return { top: Math.floor(down * (height - high + 1)), left: Math.floor(right * (width - wide + 1)), width: wide, height: high };
  }
  const shape = width / height;
  const wide = shape > ratio[1] ? roundEven(height * ratio[1]) : width;
  const high = shape < ratio[0] ? roundEven(width / ratio[0]) : height;
  return { left: (width - wide) >> 1, top: (height - high) >> 1, width: wide, height: high };
}

const whole = ({ width, height }: DecodedImage): Box => ({ left: 0, top: 0, width, height });

const halfEven = (value: number): number => roundEven(value / 2);

/** Python's round: a half goes to the even number. */
function roundEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}
