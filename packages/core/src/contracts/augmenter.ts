import type { Batch, BatchInfo } from "./batch.js";
import type { Json } from "./json.js";
import type { RandomStream } from "./random.js";
import type { TensorLike } from "./tensor-like.js";

export type Role = "teacher" | "student";

/** A forward pass over the pool that a picking augmenter asks the trainer for. */
export interface SelectionNeed {
  readonly role: Role;
  /** `train`: batch statistics, updating the running ones, as the paper's code picks by the student. */
  readonly mode: "train" | "eval";
}

/** Images that an augmenter proposes. */
export interface Pool {
  /** [P,H,W,C] float32, new: owned by whoever called `propose`. P is the batch size unless the augmenter picks. */
  readonly images: TensorLike;
  /** For each pool row, the batch row whose label and index it carries. */
  readonly rows: readonly number[];
  /** true: the images are the batch's, row by row, so that the teacher need not see them a second time. */
  readonly unchanged?: boolean;
}

/** What the trainer computed for a selection. */
export interface SelectionOutputs {
  /** Logits [P,K] of the pool, for each role named in `needs`. */
  readonly pool: Readonly<Partial<Record<Role, TensorLike>>>;
  /** Logits [B,K] of the unaugmented batch by the teacher, which every step computes anyway. */
  readonly original: Readonly<Partial<Record<Role, TensorLike>>>;
}

/**
 * Makes new images from a batch, in three parts so that draws can be logged and replayed and no image is
 * forwarded twice: `sample` draws, `propose` computes pixels, `select` (optional) picks among them.
 * No part reads a tensor's values.
 */
export interface Augmenter<Plan extends Json = Json> {
  /** The forward passes that `select` wants. Present exactly when `select` is. */
  readonly needs?: readonly SelectionNeed[];
  /** Draws once per batch (or per image, by option). The plan is plain JSON. */
  sample(stream: RandomStream, info: BatchInfo): Plan;
  /** Applies `plan`. Leaves the batch as it is; returns new tensors only. */
  propose(plan: Plan, batch: Batch): Pool;
  /** [B] int32: which rows of the pool stay. `size` is the batch size. */
  select?(pool: Pool, outputs: SelectionOutputs, size: number): TensorLike;
  /** What draws to come depend on; null where they depend on none before, so that they may be made early. */
  save?(): Json;
  restore?(state: Json): void;
  dispose?(): void;
}
