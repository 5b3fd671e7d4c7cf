import { parsePlan, planInvalid } from "@kdf/core";
import type { Augmenter, Batch, BatchInfo, Pool, RandomStream } from "@kdf/core";
import { add, clone, floats, gather, integers, multiply, scope, subtract } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  alpha: z.number().positive().default(1).describe("lambda, the share that an image keeps, is drawn from Beta(alpha, alpha)"),
  perImage: z.boolean().default(false).describe("a lambda and a box for every image instead of one for the batch"),
});
type Options = z.infer<typeof options>;

const whole = z.int().nonnegative();
const share = z.number().min(0).max(1);
/** In pixels; cut off at the image's borders, so it may cover less than 1 - lambda of the image, even nothing. */
const box = z.strictObject({ top: whole, left: whole, height: whole, width: whole });
type Box = z.infer<typeof box>;

/** One lambda and box, or one per image; `permutation` names the row that each row's box comes from. */
const plan = z.strictObject({
  lambda: z.union([share, z.array(share)]),
  box: z.union([box, z.array(box)]),
  permutation: z.array(whole),
});
export type Plan = z.infer<typeof plan>;

/**
 * CutMix (Yun et al. 2019, algorithm A1) as Wang et al. 2022 use it for distillation: pixels are mixed, labels are
 * not; one lambda, one box and one permutation a batch; the permutation is drawn again until it has no fixed point.
 */
export class CutMix implements Augmenter<Plan> {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  sample(stream: RandomStream, info: BatchInfo): Plan {
    const { alpha, perImage } = this.#options;
    const draws = Array.from({ length: perImage ? info.size : 1 }, () => {
      const lambda = stream.beta(alpha, alpha);
      return { lambda, box: drawBox(stream, lambda, info.height, info.width) };
    });
    const permutation = derangement(stream, info.size);
    if (!perImage) return { ...draws[0]!, permutation };
    return { lambda: draws.map((draw) => draw.lambda), box: draws.map((draw) => draw.box), permutation };
  }

  /** images [B,H,W,C] -> images [B,H,W,C]; a batch of one comes back as it is. Throws KDF_PLAN_INVALID. */
  propose(given: Plan, { images }: Batch): Pool {
    const { box: drawn, permutation } = parsePlan(plan, given, "cutmix");
    const boxes = Array.isArray(drawn) ? drawn : [drawn];
    checkFit(boxes, permutation, images.shape);
    const rows = permutation.map((_, row) => row);
    if (rows.length === 1) return { images: clone(images), rows };
    const mixed = scope(() => {
      const pasted = boxMask(boxes, images.shape);
      const partners = gather(images, integers(permutation, [rows.length]));
      return add(multiply(images, subtract(1, pasted)), multiply(partners, pasted));
    });
    return { images: mixed, rows };
  }
}

/** A box of sqrt(1 - lambda) of the image's sides, rounded down, around a pixel drawn uniformly. */
export function drawBox(stream: RandomStream, lambda: number, height: number, width: number): Box {
  const interval = (end: number): [begin: number, length: number] => {
    const half = Math.floor(Math.floor(end * Math.sqrt(1 - lambda)) / 2);
    const centre = stream.integer(end);
    const begin = Math.max(centre - half, 0);
    return [begin, Math.min(centre + half, end) - begin];
  };
  const [top, boxHeight] = interval(height);
  const [left, boxWidth] = interval(width);
  return { top, left, height: boxHeight, width: boxWidth };
}

/** A uniformly drawn permutation in which no row stays where it is; of one row, that row. */
function derangement(stream: RandomStream, size: number): number[] {
  for (;;) {
    const permutation = stream.permutation(size);
    if (size < 2 || permutation.every((partner, row) => partner !== row)) return permutation;
  }
}

/** [boxes,H,W,C]: 1 inside the box, 0 outside. */
function boxMask(boxes: readonly Box[], [, height = 0, width = 0, channels = 0]: readonly number[]) {
  const mask = new Float32Array(boxes.length * height * width * channels);
  for (const [index, area] of boxes.entries()) {
    for (let y = area.top; y < area.top + area.height; y += 1) {
      const begin = ((index * height + y) * width + area.left) * channels;
      mask.fill(1, begin, begin + area.width * channels);
    }
  }
  return floats(mask, [boxes.length, height, width, channels]);
}

function checkFit(boxes: readonly Box[], permutation: readonly number[], shape: readonly number[]): void {
  const [size = 0, height = 0, width = 0] = shape;
  const fits =
    (boxes.length === 1 || boxes.length === size) &&
    boxes.every((area) => area.top + area.height <= height && area.left + area.width <= width) &&
    permutation.length === size &&
    permutation.every((partner) => partner < size);
  if (!fits) throw planInvalid({ augmenter: "cutmix", problem: `the images are [${shape.join(",")}]` });
}
