import { observationIncomplete, type Json, type Matrix, type Metric, type StepObservation } from "@kdf/core";

/**
 * The share, 0 to 1, of original images whose label has one of the five largest logits. Of equal logits the lower
 * class counts as the larger; a label whose logit is not a number is wrong.
 */
export class Top5 implements Metric {
  readonly phases = ["training", "evaluation"] as const;
  readonly span = "epoch";
  readonly primary = { key: "top5", better: "higher" } as const;
  readonly reads = ["student"] as const;
  #correct = 0;
  #images = 0;

  observe({ views, labels }: StepObservation): void {
    const logits = views["original"]?.student?.logits;
    if (logits === undefined) throw observationIncomplete({ metric: "top-5", missing: "the student's logits" });
    labels.forEach((label, row) => {
      if (classesAhead(logits, row, label) < 5) this.#correct += 1;
    });
    this.#images += labels.length;
  }

  /** null before the first image. */
  result(): { readonly top5: number | null } {
    return { top5: this.#images === 0 ? null : this.#correct / this.#images };
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

/** How many classes stand before the label; all, when its logit is not a number. */
function classesAhead({ columns, data }: Matrix, row: number, label: number): number {
  const own = data[row * columns + label]!;
  if (Number.isNaN(own)) return Infinity;
  let ahead = 0;
  for (let column = 0; column < columns; column += 1) {
    const other = data[row * columns + column]!;
    if (column !== label && !(column < label ? other < own : other <= own)) ahead += 1;
  }
  return ahead;
}
