import type { Augmenter, Batch, BatchInfo, Json, Pool, RandomStream, SelectionOutputs, TensorLike } from "@kdf/core";
import { concatenate, entropy, largestOf, multiply, scope } from "@kdf/tensor";
import { z } from "zod";

export const studentPickOptions = z.strictObject({
  mode: z.enum(["train", "eval"]).default("train").describe("how the student is run on the pool"),
});

export interface StudentPickPlan {
  readonly [name: string]: Json;
  readonly gain: number;
  /** How many plans were drawn before: saved and restored with the run. */
  readonly number: number;
}

/**
 * An augmenter that needs the student: of the images and their faded copies, those of which the student is least
 * sure. The copies fade more with every batch, so that its own count of batches matters.
 */
export class StudentPick implements Augmenter<StudentPickPlan> {
  readonly needs;
  #drawn = 0;

  constructor({ mode }: z.infer<typeof studentPickOptions>) {
    this.needs = [{ role: "student", mode } as const];
  }

  sample(stream: RandomStream, _info: BatchInfo): StudentPickPlan {
    const number = this.#drawn;
    this.#drawn += 1;
    return { gain: 0.5 + 0.5 * stream.uniform(), number };
  }

  /** images [B,H,W,C] -> [2B,H,W,C] */
  propose({ gain, number }: StudentPickPlan, { images }: Batch): Pool {
    const rows = Array.from({ length: images.shape[0] ?? 0 }, (_, row) => row);
    const pool = scope(() => {
      const faded = multiply(images, gain / (1 + number / 10));
      return concatenate([images, faded]);
    });
    return { images: pool, rows: [...rows, ...rows] };
  }

  select(_pool: Pool, { pool }: SelectionOutputs, size: number): TensorLike {
    return scope(() => largestOf(entropy(pool.student!), size).indices);
  }

  save(): Json {
    return { drawn: this.#drawn };
  }

  restore(state: Json): void {
    this.#drawn = (state as { readonly drawn: number }).drawn;
  }
}
