import { parsePlan, planInvalid } from "@kdf/core";
import type { Augmenter, Batch, BatchInfo, Pool, RandomStream } from "@kdf/core";
import { add, clone, floats, gather, integers, multiply, scope, subtract } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  patch: z.int().positive().default(4).describe("side of a patch in pixels"),
  alpha: z.number().positive().default(1).describe("lambda, the share of the patches that a partner gives, is drawn from Beta(alpha, alpha)"),
  perImage: z.boolean().default(false).describe("a lambda and patches for every image instead of one draw for the batch"),
});
type Options = z.infer<typeof options>;

const whole = z.int().nonnegative();
/** The patches that come from the partner, counted line by line. */
const patches = z.array(whole);

/** One set of patches for the batch, or one per image; `permutation` names the row that each row's patches come from. */
const plan = z.strictObject({ patch: z.int().positive(), given: z.union([patches, z.array(patches).min(1)]), permutation: z.array(whole) });
export type Plan = z.infer<typeof plan>;

/**
 * Patchmix, as the code of Wang et al. 2022 has it: of a grid of patches a share lambda, rounded down and drawn without
 * replacement, comes from another image of the batch. One lambda, one set of patches and one permutation a batch; the
 * permutation is drawn again until it has no fixed point. What the grid does not cover at the end stays.
 */
export class PatchMix implements Augmenter<Plan> {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  sample(stream: RandomStream, { size, height, width }: BatchInfo): Plan {
    const { patch, alpha, perImage } = this.#options;
    const count = Math.floor(height / patch) * Math.floor(width / patch);
    const draw = (): number[] => stream.choose(count, Math.floor(stream.beta(alpha, alpha) * count));
    const given = perImage ? Array.from({ length: size }, draw) : draw();
    return { patch, given, permutation: derangement(stream, size) };
  }

  /** images [B,H,W,C] -> images [B,H,W,C]; a batch of one comes back as it is. Throws KDF_PLAN_INVALID. */
  propose(drawn: Plan, { images }: Batch): Pool {
    const { patch, given, permutation } = parsePlan(plan, drawn, "patchmix");
    const [size = 0, height = 0, width = 0] = images.shape;
    const perImage = given.some(Array.isArray);
    const sets = (perImage ? given : [given]) as readonly (readonly number[])[];
    const count = Math.floor(height / patch) * Math.floor(width / patch);
    const fits = permutation.length === size && permutation.every((partner) => partner < size) && (!perImage || sets.length === size);
    if (!fits || sets.flat().some((place) => place >= count)) {
      throw planInvalid({ augmenter: "patchmix", problem: `the images are [${images.shape.join(",")}], which have ${count} patches of ${patch} pixels` });
    }
    const rows = permutation.map((_, row) => row);
    if (rows.length === 1) return { images: clone(images), rows };
    const mixed = scope(() => {
      const pasted = patchMask(sets, patch, images.shape);
      const partners = gather(images, integers(permutation, [rows.length]));
      return add(multiply(images, subtract(1, pasted)), multiply(partners, pasted));
    });
    return { images: mixed, rows };
  }
}

/** A uniformly drawn permutation in which no row stays where it is; of one row, that row. */
function derangement(stream: RandomStream, size: number): number[] {
  for (;;) {
    const permutation = stream.permutation(size);
    if (size < 2 || permutation.every((partner, row) => partner !== row)) return permutation;
  }
}

/** [sets,H,W,C]: 1 in patches of the partner, 0 elsewhere. */
function patchMask(sets: readonly (readonly number[])[], patch: number, [, height = 0, width = 0, channels = 0]: readonly number[]) {
  const mask = new Float32Array(sets.length * height * width * channels);
  const across = Math.floor(width / patch);
  for (const [index, places] of sets.entries()) {
    for (const place of places) {
      const [top, left] = [Math.floor(place / across) * patch, (place % across) * patch];
      for (let y = top; y < top + patch; y += 1) {
        const begin = ((index * height + y) * width + left) * channels;
        mask.fill(1, begin, begin + patch * channels);
      }
    }
  }
  return floats(mask, [sets.length, height, width, channels]);
}
