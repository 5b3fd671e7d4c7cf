import { distillerMisfit, type BatchInfo, type ExtraView, type Json, type RandomStream, type TensorLike } from "@kdf/core";
import { concatenate, floats, gather, integers, reshape, scope } from "@kdf/tensor";

/** How often an image is turned by 90 degrees beside the original: once, twice, three times. */
export const rotations = 3;

/** As each rotated image was made, `rotations` of one image after another. */
export type RotationPlan = {
  /** [B]: whether an image is mirrored before it is turned, as its original is. */
  readonly flipped: readonly boolean[];
  /** [B·rotations] of [top, left]: the crop's upper left pixel, counted from the turned image's: negative in the border. */
  readonly crops: readonly (readonly [number, number])[];
  /** [C]: what the border holds. */
  readonly black: readonly number[];
};

/**
 * Each image turned counter-clockwise by 90, 180 and 270 degrees, [B·3,H,W,C]: mirrored where its original is, turned, and
 * cropped by a random crop of its own from a black border (Xu et al. 2020). One batch with the original images for the
 * batch norm.
 */
export class RotatedView implements ExtraView {
  readonly id = "rotated";
  readonly from = "raw";
  readonly roles = ["teacher", "student"] as const;
  readonly normGroup = "original";
  readonly #padding: number | undefined;

  /** `padding`: the border's pixels on each side; an eighth of the image unless given. */
  constructor(padding?: number) {
    this.#padding = padding;
  }

  /** Throws KDF_DISTILLER_MISFIT for images that are not square: turned, they have another shape. */
  sample(stream: RandomStream, { size, height, width, mean, std, flipped }: BatchInfo): Json {
    if (height !== width) {
      throw distillerMisfit({ distiller: "sskd", problem: `the images are ${height} x ${width} pixels`, expected: "square images, which can be turned", fix: "crop or pad the images to squares" });
    }
    const padding = this.#padding ?? Math.floor(height / 8);
    const shift = (): number => stream.integer(2 * padding + 1) - padding;
    const plan: RotationPlan = {
      flipped: flipped ?? Array<boolean>(size).fill(false),
      crops: Array.from({ length: size * rotations }, () => [shift(), shift()] as const),
      black: mean.map((center, channel) => -center / std[channel]!),
    };
    return plan;
  }

  apply(given: Json, images: TensorLike): TensorLike {
    const plan = given as RotationPlan;
    const [size = 0, side = 0, , channels = 0] = images.shape;
    return scope(() => {
      const pixels = reshape(images, [size * side * side, channels]);
      const withBlack = concatenate([pixels, floats(plan.black, [1, channels])]);
      const rows = size * rotations;
      return reshape(gather(withBlack, integers(sources(plan, side), [rows * side * side])), [rows, side, side, channels]);
    });
  }
}

/** For each pixel of the result the pixel that it comes from, counted over the batch; one past the last means black. */
function sources({ flipped, crops }: RotationPlan, side: number): Int32Array {
  const source = new Int32Array(crops.length * side * side);
  const black = flipped.length * side * side;
  let pixel = 0;
  for (const [place, [top, left]] of crops.entries()) {
    const image = Math.floor(place / rotations);
    const turned = turnedPlace((place % rotations) + 1, flipped[image]!, side);
    // The place is linear in row and column.
    const first = image * side * side + turned(0, 0);
    const [down, right] = [turned(1, 0) - turned(0, 0), turned(0, 1) - turned(0, 0)];
    for (let row = top; row < top + side; row += 1) {
      for (let column = left; column < left + side; column += 1) {
        const inside = row >= 0 && row < side && column >= 0 && column < side;
        source[pixel] = inside ? first + row * down + column * right : black;
        pixel += 1;
      }
    }
  }
  return source;
}

/** Where in its image, row by row, the pixel stood that is at [row, column] once the image is mirrored, or not, and turned. */
function turnedPlace(turns: number, flip: boolean, side: number): (row: number, column: number) => number {
  const last = side - 1;
  return (row, column) => {
    for (let turn = 0; turn < turns; turn += 1) [row, column] = [column, last - row];
    return row * side + (flip ? last - column : column);
  };
}
