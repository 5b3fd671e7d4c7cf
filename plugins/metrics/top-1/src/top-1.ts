import { observationIncomplete, type Json, type Matrix, type Metric, type StepObservation } from "@kdf/core";

/**
 * The share, 0 to 1, of original images whose label has the largest logit. Of equal logits the lower class counts as
 * the larger; a label whose logit is not a number is wrong.
 */
export class Top1 implements Metric {
  readonly phases = ["training", "evaluation"] as const;
  readonly span = "epoch";
  readonly primary = { key: "top1", better: "higher" } as const;
  readonly reads = ["student"] as const;
  #correct = 0;
  #images = 0;

  observe({ views, labels }: StepObservation): void {
    const logits = views["original"]?.student?.logits;
    if (logits === undefined) throw observationIncomplete({ metric: "top-1", missing: "the student's logits" });
    labels.forEach((label, row) => {
      if (isLargest(logits, row, label)) this.#correct += 1;
    });
    this.#images += labels.length;
  }

  /** null before the first image. */
  result(): { readonly top1: number | null } {
    return { top1: this.#images === 0 ? null : this.#correct / this.#images };
  }

  save(): Json {
    return { correct: this.#correct, images: this.#images };
  }

  restore(state: Json): void {
    const { correct, images } = state as { correct: number; images: number };
    this.#correct = correct;
    this.#images = images;
  }
}

function isLargest({ columns, data }: Matrix, row: number, label: number): boolean {
  const own = data[row * columns + label]!;
  for (let column = 0; column < columns; column += 1) {
    const other = data[row * columns + column]!;
    if (column !== label && !(column < label ? other < own : other <= own)) return false;
  }
  return true;
}
