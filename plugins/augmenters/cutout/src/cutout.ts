import { parsePlan, planInvalid } from "@kdf/core";
import type { Augmenter, Batch, BatchInfo, Pool, RandomStream } from "@kdf/core";
import { floats, multiply, scope } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  side: z.int().positive().optional().describe("side of the square in pixels; without it a quarter of the image: 8 at 32 pixels"),
  perImage: z.boolean().default(false).describe("a square for every image instead of one for the batch"),
});
type Options = z.infer<typeof options>;

const whole = z.int().nonnegative();
/** In pixels; cut off at the image's borders. */
const box = z.strictObject({ top: whole, left: whole, height: whole, width: whole });
type Box = z.infer<typeof box>;

/** One box, or one per image. */
const plan = z.strictObject({ box: z.union([box, z.array(box)]) });
export type Plan = z.infer<typeof plan>;

/**
 * Cutout (DeVries and Taylor 2017): zeros in a square around a pixel drawn uniformly. The images are normalised, so
 * zero is the data set's mean. One square a batch, as in the code of Wang et al. 2022. The square reaches `side / 2`,
 * rounded down, to each side of its centre as in the authors' code, so that an odd side loses a pixel.
 */
export class Cutout implements Augmenter<Plan> {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  sample(stream: RandomStream, { size, height, width }: BatchInfo): Plan {
    const { side = Math.floor(Math.min(height, width) / 4), perImage } = this.#options;
    const half = Math.floor(side / 2);
    const draw = (): Box => {
      const [y, x] = [stream.integer(height), stream.integer(width)];
      const [top, left] = [Math.max(y - half, 0), Math.max(x - half, 0)];
      return { top, left, height: Math.min(y + half, height) - top, width: Math.min(x + half, width) - left };
    };
    return { box: perImage ? Array.from({ length: size }, draw) : draw() };
  }

  /** images [B,H,W,C] -> images [B,H,W,C]. Throws KDF_PLAN_INVALID. */
  propose(given: Plan, { images }: Batch): Pool {
    const { box: drawn } = parsePlan(plan, given, "cutout");
    const [size = 0, height = 0, width = 0] = images.shape;
    const boxes = Array.isArray(drawn) ? drawn : [drawn];
    const inside = boxes.every((area) => area.top + area.height <= height && area.left + area.width <= width);
    if (!inside || (Array.isArray(drawn) && boxes.length !== size)) {
      throw planInvalid({ augmenter: "cutout", problem: `the images are [${images.shape.join(",")}]` });
    }
    const cut = scope(() => multiply(images, keepMask(boxes, images.shape)));
    return { images: cut, rows: Array.from({ length: size }, (_, row) => row) };
  }
}

/** [boxes,H,W,C]: 0 inside the box, 1 outside. */
function keepMask(boxes: readonly Box[], [, height = 0, width = 0, channels = 0]: readonly number[]) {
  const mask = new Float32Array(boxes.length * height * width * channels).fill(1);
  for (const [index, area] of boxes.entries()) {
    for (let y = area.top; y < area.top + area.height; y += 1) {
      const begin = ((index * height + y) * width + area.left) * channels;
      mask.fill(0, begin, begin + area.width * channels);
    }
  }
  return floats(mask, [boxes.length, height, width, channels]);
}
