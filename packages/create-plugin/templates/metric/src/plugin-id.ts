import { observationIncomplete, type Json, type Metric, type StepObservation } from "@kdf/core";

/** Mean over the original images of the largest probability of the student: how sure it is, right or wrong. */
export class PluginIdMetric implements Metric {
  /** Fed with every step of the training, and with every batch of an evaluation. */
  readonly phases = ["training", "evaluation"] as const;
  readonly span = "epoch";
  readonly primary = { key: "meanConfidence", better: "higher" } as const;
  readonly reads = ["student"] as const;
  #sum = 0;
  #images = 0;

  observe({ views }: StepObservation): void {
    const logits = views["original"]?.student?.logits;
    if (logits === undefined) throw observationIncomplete({ metric: "plugin-id", missing: "the student's logits" });
    const { rows, columns, data } = logits;
    for (let row = 0; row < rows; row += 1) {
      this.#sum += largestProbability(data.subarray(row * columns, (row + 1) * columns));
    }
    this.#images += rows;
  }

  /** null before the first image. */
  result(): { readonly meanConfidence: number | null } {
    return { meanConfidence: this.#images === 0 ? null : this.#sum / this.#images };
  }

  /** A run may be interrupted in the middle of an epoch. */
  save(): Json {
    return { sum: this.#sum, images: this.#images };
  }

  restore(state: Json): void {
    const { sum, images } = state as { sum: number; images: number };
    this.#sum = sum;
    this.#images = images;
  }
}

/** Of the softmax, which is exp(0) / Σ exp(logit - largest) for the largest logit. */
function largestProbability(logits: Float32Array): number {
  const largest = Math.max(...logits);
  return 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
}
