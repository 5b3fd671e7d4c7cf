import { parsePlan, type Augmenter, type Batch, type Pool, type RandomStream } from "@kdf/core";
import { multiply } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  strength: z.number().positive().max(1).default(0.5).describe("largest change: 0.5 draws contrasts from 0.5 to 1.5"),
});
type Options = z.infer<typeof options>;

const plan = z.strictObject({ contrast: z.number() });
type Plan = z.infer<typeof plan>;

/** Multiplies every pixel of a batch by one number. Images are normalised: 0 is the data set's mean, and stays. */
export class PluginIdAugmenter implements Augmenter<Plan> {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** All that is random: plain JSON, which is logged and can be applied again. */
  sample(stream: RandomStream): Plan {
    return { contrast: 1 + this.#options.strength * (2 * stream.uniform() - 1) };
  }

  /** images [B,H,W,C] -> new images [B,H,W,C]; `rows` says which image of the batch each was made of. */
  propose(drawn: Plan, { images }: Batch): Pool {
    const { contrast } = parsePlan(plan, drawn, "plugin-id");
    return { images: multiply(images, contrast), rows: Array.from({ length: images.shape[0]! }, (_, row) => row) };
  }
}
