import { observationIncomplete, type Json, type Matrix, type Metric, type StepObservation } from "@kdf/core";

/** The mean over original images of -log softmax(logits)[label], in nats. */
export class Loss implements Metric {
  readonly phases = ["training", "evaluation"] as const;
  readonly span = "epoch";
  readonly primary = { key: "loss", better: "lower" } as const;
  readonly reads = ["student"] as const;
  #sum = 0;
  #images = 0;

  observe({ views, labels }: StepObservation): void {
    const logits = views["original"]?.student?.logits;
    if (logits === undefined) throw observationIncomplete({ metric: "loss", missing: "the student's logits" });
    labels.forEach((label, row) => {
      this.#sum += crossEntropy(logits, row, label);
    });
    this.#images += labels.length;
  }

  /** null before the first image, and when some image's loss is not finite. */
  result(): { readonly loss: number | null } {
    const loss = this.#sum / this.#images;
    return { loss: Number.isFinite(loss) ? loss : null };
  }

  /** JSON has no NaN and no infinity: a sum that is not finite is kept as null. */
  save(): Json {
    return { sum: Number.isFinite(this.#sum) ? this.#sum : null, images: this.#images };
  }

  restore(state: Json): void {
    const { sum, images } = state as { sum: number | null; images: number };
    this.#sum = sum ?? NaN;
    this.#images = images;
  }
}

/** The log of the sum of exponentials less the label's logit; exponents are at most 0. */
function crossEntropy({ columns, data }: Matrix, row: number, label: number): number {
  const logits = data.subarray(row * columns, (row + 1) * columns);
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return Math.log(exponentials) + largest - logits[label]!;
}
