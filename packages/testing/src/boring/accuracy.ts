import type { Json, Metric, StepObservation } from "@kdf/core";

/** The share of original images whose label has the largest logit of the student. */
export class BoringAccuracy implements Metric {
  readonly phases = ["evaluation"] as const;
  readonly span = "epoch";
  readonly primary = { key: "accuracy", better: "higher" } as const;
  readonly reads = ["student"] as const;
  #right = 0;
  #seen = 0;

  observe({ views, labels }: StepObservation): void {
    const logits = views["original"]?.student?.logits;
    if (logits === undefined) return;
    const { columns, data } = logits;
    labels.forEach((label, row) => {
      const own = data.subarray(row * columns, (row + 1) * columns);
      if (own.indexOf(Math.max(...own)) === label) this.#right += 1;
    });
    this.#seen += labels.length;
  }

  result(): { readonly [name: string]: Json } {
    return { accuracy: this.#seen === 0 ? null : this.#right / this.#seen };
  }
}
