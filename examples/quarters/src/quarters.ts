import { parsePlan, planInvalid, type Augmenter, type Batch, type BatchInfo, type Pool, type RandomStream } from "@kdf/core";
import { add, floats, gather, integers, multiply, scope } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  alpha: z.number().positive().default(1).describe("the point is drawn from Beta(alpha, alpha) in both directions"),
});

/** The pixel where the corners meet, and which row of the batch each corner is taken from; the first is the row itself. */
const plan = z.strictObject({ y: z.int(), x: z.int(), partners: z.array(z.array(z.int().nonnegative())).length(3) });
export type Plan = z.infer<typeof plan>;

/**
 * Four images meet at a point: the idea of RICAP (Takahashi et al. 2018) for distillation. No corner is cropped elsewhere
 * and no label is mixed: the teacher says what it sees. One point and three permutations a batch.
 */
export class Quarters implements Augmenter<Plan> {
  readonly #alpha: number;

  constructor({ alpha }: z.infer<typeof options>) {
    this.#alpha = alpha;
  }

  sample(stream: RandomStream, { size, height, width }: BatchInfo): Plan {
    const [y, x] = [height, width].map((side) => Math.round(side * stream.beta(this.#alpha, this.#alpha))) as [number, number];
    return { y, x, partners: [stream.permutation(size), stream.permutation(size), stream.permutation(size)] };
  }

  /** images [B,H,W,C] -> images [B,H,W,C]. Throws KDF_PLAN_INVALID. */
  propose(given: Plan, { images }: Batch): Pool {
    const { y, x, partners } = parsePlan(plan, given, "quarters");
    const [size = 0, height = 0, width = 0] = images.shape;
    const fits = partners.every((partner) => partner.length === size && partner.every((row) => row < size));
    if (!fits || y > height || x > width) throw planInvalid({ augmenter: "quarters", problem: `the images are [${images.shape.join(",")}]` });
    const rows = Array.from({ length: size }, (_, row) => row);
    const corner = (below: number, right: number) =>
      floats(Array.from({ length: height * width }, (_, place) => Number(+(Math.floor(place / width) >= y) === below && +(place % width >= x) === right)), [1, height, width, 1]);
    const quarters = scope(() =>
      [rows, ...partners]
        .map((from, place) => multiply(gather(images, integers(from, [size])), corner(place >> 1, place & 1)))
        .reduce((sum, quarter) => add(sum, quarter)),
    );
    return { images: quarters, rows };
  }
}
