import { parsePlan, planInvalid } from "@kdf/core";
import type { Augmenter, Batch, BatchInfo, Pool, RandomStream } from "@kdf/core";
import { floats, multiply, scope } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  grid: z.int().positive().default(4).describe("cells along each side of the image"),
  ratio: z.number().min(0).max(1).default(0.5).describe("share of the cells that are masked"),
  perImage: z.boolean().default(false).describe("a mask for every image instead of one for the batch"),
});
type Options = z.infer<typeof options>;

/** Masked cells, counted line by line. */
const cells = z.array(z.int().nonnegative());

/** One mask for the batch, or one per image. */
const plan = z.strictObject({ grid: z.int().positive(), masked: z.union([cells, z.array(cells).min(1)]) });
export type Plan = z.infer<typeof plan>;

/**
 * Masking, as the code of Wang et al. 2022 has it: of the cells of a grid laid over the image a share, rounded down and
 * drawn without replacement, is set to zero. The images are normalised, so zero is the data set's mean. One mask a batch.
 */
export class Masking implements Augmenter<Plan> {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  sample(stream: RandomStream, { size }: BatchInfo): Plan {
    const { grid, ratio, perImage } = this.#options;
    const draw = (): number[] => stream.choose(grid * grid, Math.floor(ratio * grid * grid));
    return { grid, masked: perImage ? Array.from({ length: size }, draw) : draw() };
  }

  /** images [B,H,W,C] -> images [B,H,W,C]. Throws KDF_PLAN_INVALID. */
  propose(given: Plan, { images }: Batch): Pool {
    const { grid, masked } = parsePlan(plan, given, "masking");
    const size = images.shape[0] ?? 0;
    const perImage = masked.some(Array.isArray);
    const masks = (perImage ? masked : [masked]) as readonly (readonly number[])[];
    if (masks.flat().some((cell) => cell >= grid * grid) || (perImage && masks.length !== size)) {
      throw planInvalid({ augmenter: "masking", problem: `the images are [${images.shape.join(",")}], and the grid has ${grid * grid} cells` });
    }
    const kept = scope(() => multiply(images, keepMask(masks, grid, images.shape)));
    return { images: kept, rows: Array.from({ length: size }, (_, row) => row) };
  }
}

/** [masks,H,W,C]: 0 in masked cells, 1 elsewhere. A pixel belongs to the cell that nearest up-sampling takes. */
function keepMask(masks: readonly (readonly number[])[], grid: number, [, height = 0, width = 0, channels = 0]: readonly number[]) {
  const mask = new Float32Array(masks.length * height * width * channels).fill(1);
  for (const [index, masked] of masks.entries()) {
    const hidden = new Set(masked);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const cell = Math.floor((y * grid) / height) * grid + Math.floor((x * grid) / width);
        const begin = ((index * height + y) * width + x) * channels;
        if (hidden.has(cell)) mask.fill(0, begin, begin + channels);
      }
    }
  }
  return floats(mask, [masks.length, height, width, channels]);
}
