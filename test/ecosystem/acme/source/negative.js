import { add, floats, multiply } from "@kdf/tensor";
import * as v from "valibot";

/** valibot: a Standard Schema that gives no JSON Schema. */
export const negativeOptions = v.strictObject({
  probability: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0.5),
});

/** p becomes 1 - p: of normalised pixels x = (p - mean) / std, (1 - 2 mean) / std - x. */
export class Negative {
  constructor(options) {
    this.probability = options.probability;
  }

  sample(stream, info) {
    if (stream.uniform() >= this.probability) return null;
    return { white: info.mean.map((mean, channel) => (1 - 2 * mean) / info.std[channel]) };
  }

  propose(plan, batch) {
    const rows = [...Array(batch.images.shape[0]).keys()];
    if (plan === null) return { images: multiply(batch.images, 1), rows };
    return { images: add(multiply(batch.images, -1), floats(plan.white, [plan.white.length])), rows };
  }
}
