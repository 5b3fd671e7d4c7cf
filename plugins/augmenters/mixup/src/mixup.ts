import { parsePlan, planInvalid } from "@kdf/core";
import type { Augmenter, Batch, BatchInfo, Pool, RandomStream } from "@kdf/core";
import { add, clone, floats, gather, integers, multiply, scope } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  alpha: z.number().positive().default(1).describe("lambda, the weight of the image itself, is drawn from Beta(alpha, alpha)"),
  perImage: z.boolean().default(false).describe("a lambda for every image instead of one for the batch"),
});
type Options = z.infer<typeof options>;

const share = z.number().min(0).max(1);
/** One lambda, or one per image; `permutation` names each row's partner. */
const plan = z.strictObject({
  lambda: z.union([share, z.array(share)]),
  permutation: z.array(z.int().nonnegative()),
});
export type Plan = z.infer<typeof plan>;

/**
 * mixup (Zhang et al. 2018) as Wang et al. 2022 use it for distillation: pixels are mixed, labels are not; one lambda
 * and one permutation a batch. A row may be its own partner, as in the authors' code.
 */
export class Mixup implements Augmenter<Plan> {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  sample(stream: RandomStream, { size }: BatchInfo): Plan {
    const { alpha, perImage } = this.#options;
    const draw = (): number => stream.beta(alpha, alpha);
    return { lambda: perImage ? Array.from({ length: size }, draw) : draw(), permutation: stream.permutation(size) };
  }

  /** images [B,H,W,C] -> lambda x images + (1 - lambda) x partners; a single image stays. Throws KDF_PLAN_INVALID. */
  propose(given: Plan, { images }: Batch): Pool {
    const { lambda, permutation } = parsePlan(plan, given, "mixup");
    const size = images.shape[0] ?? 0;
    const lambdas = Array.isArray(lambda) ? lambda : [lambda];
    const fits =
      (lambdas.length === 1 || lambdas.length === size) &&
      permutation.length === size &&
      permutation.every((partner) => partner < size);
    if (!fits) throw planInvalid({ augmenter: "mixup", problem: `the images are [${images.shape.join(",")}]` });
    const rows = permutation.map((_, row) => row);
    if (size === 1) return { images: clone(images), rows };
    const mixed = scope(() => {
      const weights = (of: (lambda: number) => number) => floats(lambdas.map(of), [lambdas.length, 1, 1, 1]);
      const partners = gather(images, integers(permutation, [size]));
      return add(multiply(images, weights((own) => own)), multiply(partners, weights((own) => 1 - own)));
    });
    return { images: mixed, rows };
  }
}
