import { parsePlan, planInvalid } from "@kdf/core";
import type { Augmenter, Batch, BatchInfo, Pool, RandomStream } from "@kdf/core";
import { add, clone, floats, multiply, reverse, scope, subtract } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  perImage: z.boolean().default(false).describe("a draw for every image instead of one for the batch"),
});
type Options = z.infer<typeof options>;

/** One answer for the batch, or one per image. */
const plan = z.strictObject({ flip: z.union([z.boolean(), z.array(z.boolean())]) });
export type Plan = z.infer<typeof plan>;

/** Horizontal flip with probability 1/2. The code of Wang et al. 2022 flips a whole batch or leaves it. */
export class Flip implements Augmenter<Plan> {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  sample(stream: RandomStream, info: BatchInfo): Plan {
    const draw = (): boolean => stream.uniform() < 0.5;
    return { flip: this.#options.perImage ? Array.from({ length: info.size }, draw) : draw() };
  }

  /** images [B,H,W,C] -> images [B,H,W,C]. Throws KDF_PLAN_INVALID. */
  propose(given: Plan, { images }: Batch): Pool {
    const { flip } = parsePlan(plan, given, "flip");
    const size = images.shape[0] ?? 0;
    const rows = Array.from({ length: size }, (_, row) => row);
    if (typeof flip === "boolean") return { images: flip ? reverse(images, 2) : clone(images), rows };
    if (flip.length !== size) {
      throw planInvalid({ augmenter: "flip", problem: `it has ${flip.length} answers, and the images are ${size}` });
    }
    const mixed = scope(() => {
      const flipped = floats(flip.map(Number), [size, 1, 1, 1]);
      return add(multiply(images, subtract(1, flipped)), multiply(reverse(images, 2), flipped));
    });
    return { images: mixed, rows };
  }
}
