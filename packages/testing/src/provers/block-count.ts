import type { Json, Metric, StepObservation } from "@kdf/core";
import { z } from "zod";

export const blockCountOptions = z.strictObject({
  block: z.int().positive().default(4).describe("observations in a block"),
});

interface Block {
  readonly observations: number;
  readonly images: number;
  readonly logits: number;
}

const empty: Block = { observations: 0, images: 0, logits: 0 };

/**
 * A metric whose state spans a checkpoint: it counts images and sums the teacher's logits in blocks of observations,
 * over the whole run. A block that a checkpoint cuts must go on where it was.
 */
export class BlockCount implements Metric {
  readonly phases = ["training"] as const;
  readonly span = "run";
  readonly primary = { key: "blockLogits", better: "lower" } as const;
  readonly reads = ["teacher"] as const;
  readonly #size: number;
  #finished: readonly Block[] = [];
  #open = empty;

  constructor({ block }: z.infer<typeof blockCountOptions>) {
    this.#size = block;
  }

  observe({ views, labels }: StepObservation): void {
    const logits = Object.values(views).flatMap(({ teacher }) => (teacher === undefined ? [] : [...teacher.logits.data]));
    this.#open = {
      observations: this.#open.observations + 1,
      images: this.#open.images + labels.length,
      logits: this.#open.logits + logits.reduce((sum, value) => sum + value, 0),
    };
    if (this.#open.observations < this.#size) return;
    this.#finished = [...this.#finished, this.#open];
    this.#open = empty;
  }

  result(): { readonly [name: string]: Json } {
    const last = this.#finished.at(-1);
    return {
      blocks: this.#finished.length,
      blockImages: this.#finished.map(({ images }) => images),
      blockLogits: last === undefined ? null : last.logits,
      openObservations: this.#open.observations,
    };
  }

  save(): Json {
    return { finished: this.#finished.map((block) => ({ ...block })), open: { ...this.#open } };
  }

  restore(state: Json): void {
    const { finished, open } = state as unknown as { readonly finished: readonly Block[]; readonly open: Block };
    this.#finished = finished;
    this.#open = open;
  }
}
