import { parsePlan, planInvalid, type Augmenter, type Batch, type BatchInfo, type Pool, type RandomStream, type TensorLike } from "@kdf/core";
import { add, clip, concatenate, floats, floor, multiply, scope, split, type Tensor } from "@kdf/tensor";
import { z } from "zod";
import { magnitudeOf } from "./magnitudes.js";
import { operations } from "./operations.js";
import { policies, type SubPolicy } from "./policies.js";

export const options = z.strictObject({
  policy: z.enum(["cifar10", "imagenet"]).default("cifar10").describe("the data set that the policy was found on"),
  perImage: z.boolean().default(false).describe("a draw for every image instead of one for the batch"),
});
type Options = z.infer<typeof options>;

const two = z.tuple([z.boolean(), z.boolean()]);
/** A row of the policy; of its two operations, whether each is applied, and the sign of its magnitude where it has one. */
const draw = z.strictObject({ subPolicy: z.int().nonnegative(), applied: two, positive: two });
export type Draw = z.infer<typeof draw>;

/** One draw, or one per image; the data set's normalisation, per channel. */
const plan = z.strictObject({ draw: z.union([draw, z.array(draw)]), mean: z.array(z.number()), std: z.array(z.number().positive()) });
export type Plan = z.infer<typeof plan>;

/**
 * AutoAugment (Cubuk et al. 2019): one of the 25 pairs of operations of a policy, each applied with its probability.
 * One draw a batch, as in the code of Wang et al. 2022, on images that are made bytes and normalised again. Pixels,
 * signs and magnitudes are those of torchvision: nearest pixels, black outside.
 */
export class AutoAugment implements Augmenter<Plan> {
  readonly #policy: readonly SubPolicy[];
  readonly #perImage: boolean;

  constructor({ policy, perImage }: Options) {
    this.#policy = policies[policy];
    this.#perImage = perImage;
  }

  sample(stream: RandomStream, { size, mean, std }: BatchInfo): Plan {
    const drawn = (): Draw => {
      const subPolicy = stream.integer(this.#policy.length);
      const [first, second] = this.#policy[subPolicy]!;
      const applied: Draw["applied"] = [stream.uniform() < first[1], stream.uniform() < second[1]];
      return { subPolicy, applied, positive: [stream.integer(2) === 1, stream.integer(2) === 1] };
    };
    return { draw: this.#perImage ? Array.from({ length: size }, drawn) : drawn(), mean: [...mean], std: [...std] };
  }

  /** images [B,H,W,C] of one or three channels -> images [B,H,W,C]. Throws KDF_PLAN_INVALID. */
  propose(given: Plan, { images }: Batch): Pool {
    const { draw: drawn, mean, std } = parsePlan(plan, given, "autoaugment");
    const [size = 0, , , channels = 0] = images.shape;
    const draws = Array.isArray(drawn) ? drawn : [drawn];
    const fits = (!Array.isArray(drawn) || draws.length === size) && mean.length === channels && std.length === channels;
    if (!fits || (channels !== 1 && channels !== 3) || draws.some(({ subPolicy }) => subPolicy >= this.#policy.length)) {
      throw planInvalid({ augmenter: "autoaugment", problem: `the images are [${images.shape.join(",")}], of 1 or 3 channels, and the policy has ${this.#policy.length} rows` });
    }
    const changed = scope(() => {
      const bytes = toBytes(images, mean, std);
      const parts = Array.isArray(drawn) ? split(bytes, Array<number>(size).fill(1)) : [bytes];
      const made = parts.map((part, place) => this.#apply(draws[place]!, part));
      return toNormalised(made.length === 1 ? made[0]! : concatenate(made), mean, std);
    });
    return { images: changed, rows: Array.from({ length: size }, (_, row) => row) };
  }

  #apply({ subPolicy, applied, positive }: Draw, bytes: Tensor): Tensor {
    const [, height = 0, width = 0] = bytes.shape;
    return this.#policy[subPolicy]!.reduce((made, [name, , place], turn) => {
      return applied[turn] ? operations[name](made, magnitudeOf(name, place, positive[turn]!, height, width)) : made;
    }, bytes);
  }
}

/**
 * Whole numbers 0 to 255, rounded down as in the published code. What came from bytes gives the same bytes: there is room
 * for the rounding of normalisation, whose last digit would otherwise decide, another one on every engine.
 */
function toBytes(images: TensorLike, mean: readonly number[], std: readonly number[]): Tensor {
  const scaled = multiply(images, perChannel(std.map((deviation) => deviation * 255)));
  return floor(clip(add(scaled, perChannel(mean.map((middle) => middle * 255 + 1e-3))), 0, 255));
}

function toNormalised(bytes: Tensor, mean: readonly number[], std: readonly number[]): Tensor {
  const scaled = multiply(bytes, perChannel(std.map((deviation) => 1 / (255 * deviation))));
  return add(scaled, perChannel(mean.map((middle, channel) => -middle / std[channel]!)));
}

const perChannel = (values: readonly number[]): Tensor => floats(values, [values.length]);
