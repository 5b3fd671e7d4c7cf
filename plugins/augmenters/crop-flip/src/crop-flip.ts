import { parsePlan, planInvalid } from "@kdf/core";
import type { Augmenter, Batch, BatchInfo, Pool, RandomStream } from "@kdf/core";
import { concatenate, floats, gather, integers, reshape, scope } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  padding: z.int().nonnegative().optional().describe("black pixels added on each side before the crop; without it an eighth of the image: 4 at 32 pixels"),
  perImage: z.boolean().default(false).describe("a crop and a flip for every image instead of one for the batch"),
});
type Options = z.infer<typeof options>;

/** The crop's upper left pixel, counted from the image's: negative where it reaches into the border. */
const view = z.strictObject({ top: z.int(), left: z.int(), flip: z.boolean() });
type View = z.infer<typeof view>;

/** One view for the batch, or one per image; `black` is what the border holds, per channel. */
const plan = z.strictObject({ view: z.union([view, z.array(view)]), black: z.array(z.number()) });
export type Plan = z.infer<typeof plan>;

/**
 * Random crop of the padded image, then a horizontal flip with probability 1/2. The code of Wang et al. 2022 applies
 * one crop and one flip to the whole batch, as 8-bit images: the border is black, not the data set's mean. The
 * rounding to 8 bits that it suffers on the way is left out.
 */
export class CropFlip implements Augmenter<Plan> {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  sample(stream: RandomStream, info: BatchInfo): Plan {
    const { padding = Math.floor(Math.min(info.height, info.width) / 8), perImage } = this.#options;
    const shift = (): number => stream.integer(2 * padding + 1) - padding;
    const draw = (): View => ({ top: shift(), left: shift(), flip: stream.uniform() < 0.5 });
    const black = info.mean.map((mean, channel) => -mean / info.std[channel]!);
    return { view: perImage ? Array.from({ length: info.size }, draw) : draw(), black };
  }

  /** images [B,H,W,C] -> images [B,H,W,C]. Throws KDF_PLAN_INVALID. */
  propose(given: Plan, { images }: Batch): Pool {
    const { view: drawn, black } = parsePlan(plan, given, "crop-flip");
    const [size = 0, height = 0, width = 0, channels = 0] = images.shape;
    const views = Array.isArray(drawn) ? drawn : Array.from({ length: size }, () => drawn);
    if (views.length !== size || black.length !== channels) {
      throw planInvalid({ augmenter: "crop-flip", problem: `the images are [${images.shape.join(",")}]` });
    }
    const cropped = scope(() => {
      const pixels = reshape(images, [size * height * width, channels]);
      const withBlack = concatenate([pixels, floats(black, [1, channels])]);
      return reshape(gather(withBlack, integers(sources(views, height, width), [size * height * width])), images.shape);
    });
    return { images: cropped, rows: views.map((_, row) => row) };
  }
}

/** For each pixel of the result the pixel it comes from, counted over the batch; one past the last means black. */
function sources(views: readonly View[], height: number, width: number): Int32Array {
  const source = new Int32Array(views.length * height * width);
  let pixel = 0;
  for (const [row, { top, left, flip }] of views.entries()) {
    for (let y = top; y < top + height; y += 1) {
      for (let column = 0; column < width; column += 1) {
        const x = left + (flip ? width - 1 - column : column);
        const inside = y >= 0 && y < height && x >= 0 && x < width;
        source[pixel] = inside ? (row * height + y) * width + x : source.length;
        pixel += 1;
      }
    }
  }
  return source;
}
