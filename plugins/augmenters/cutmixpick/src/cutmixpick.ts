import { optionsInvalid, parsePlan, type Augmenter, type Batch, type BatchInfo, type Json, type Pool } from "@kdf/core";
import type { PluginContext, RandomStream, SelectionNeed, SelectionOutputs, TensorLike } from "@kdf/core";
import { concatenate, disposeAll, largestOf, scope } from "@kdf/tensor";
import { z } from "zod";
import { criteria, criterionNames } from "./criteria.js";

export const options = z.strictObject({
  poolFactor: z.int().positive().default(2).describe("batches in the pool that one batch is picked from"),
  criterion: z.enum(criterionNames).default("teacher-entropy").describe("the score of an image; the highest are kept"),
  pickMode: z.enum(["train", "eval"]).default("train").describe("how the student judges: by batch statistics, as published, which updates its running ones, or by those"),
  temperature: z.number().positive().default(4).describe("kld only: softens both models' probabilities"),
  base: z.string().default("cutmix").describe("id of the augmenter that fills the pool; any that does not pick itself"),
  baseOptions: z.record(z.string(), z.json()).default({}).describe("options of the base augmenter"),
  perImage: z.boolean().default(false).describe("asks the base augmenter to draw for every image"),
});
type Options = z.infer<typeof options>;

/** The plans of the base augmenter, which checks them; one for each batch of the pool. */
const plan = z.strictObject({ base: z.array(z.custom<Json>()).min(1) });
export type Plan = z.infer<typeof plan>;

/**
 * CutMixPick (Wang et al. 2022): a pool of `poolFactor` augmented batches, of which the images that score highest
 * stay, as many as the batch has. No image is forwarded here: the logits come with `select`. Owns its base augmenter.
 */
export class CutMixPick implements Augmenter<Plan> {
  readonly needs: readonly SelectionNeed[];
  readonly #options: Options;
  readonly #base: Augmenter;

  constructor(given: Options, base: Augmenter) {
    this.#options = given;
    this.#base = base;
    const { reads } = criteria[given.criterion];
    this.needs = reads.map((role) => ({ role, mode: role === "student" ? given.pickMode : "eval" }));
  }

  /** Throws KDF_OPTIONS_INVALID when the base augmenter picks by itself. */
  static async create(this: void, given: Options, context: PluginContext): Promise<CutMixPick> {
    const { base: id, baseOptions, perImage } = given;
    const base = await context.create("augmenter", id, perImage ? { perImage, ...baseOptions } : baseOptions);
    if (base.select === undefined) return new CutMixPick(given, base);
    const problems = [{ path: "base", message: `${id} picks images itself and cannot fill a pool` }];
    throw optionsInvalid({ owner: "augmenter cutmixpick", problems, options: Object.keys(options.shape) });
  }

  sample(stream: RandomStream, info: BatchInfo): Plan {
    return { base: Array.from({ length: this.#options.poolFactor }, () => this.#base.sample(stream, info)) };
  }

  /** images [B,H,W,C] -> images [poolFactor·B,H,W,C]. Throws KDF_PLAN_INVALID. */
  propose(given: Plan, batch: Batch): Pool {
    const pools = parsePlan(plan, given, "cutmixpick").base.map((of) => this.#base.propose(of, batch));
    const images = concatenate(pools.map((pool) => pool.images));
    disposeAll(pools.map((pool) => pool.images));
    return { images, rows: pools.flatMap((pool) => pool.rows) };
  }

  /** [size] int32, the highest score first; of equal scores the earlier row. */
  select(_pool: Pool, outputs: SelectionOutputs, size: number): TensorLike {
    const { criterion, temperature } = this.#options;
    return scope(() => largestOf(criteria[criterion].score(outputs, temperature), size).indices);
  }

  save(): Json {
    return this.#base.save?.() ?? null;
  }

  restore(state: Json): void {
    this.#base.restore?.(state);
  }

  dispose(): void {
    this.#base.dispose?.();
  }
}
