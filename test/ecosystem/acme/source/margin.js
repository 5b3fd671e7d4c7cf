import { z } from "zod";

/** zod 3, beside kdf's zod 4. */
export const marginOptions = z.object({ view: z.enum(["original", "augmented"]).default("original") }).strict();

/** Mean lead of the student's largest logit over the second. */
export class Margin {
  phases = ["training", "evaluation"];
  span = "epoch";
  primary = { key: "margin", better: "higher" };
  reads = ["student"];
  total = 0;
  count = 0;

  constructor(options) {
    this.view = options.view;
  }

  observe(step) {
    const logits = step.views[this.view]?.student?.logits;
    if (!logits) return;
    for (let row = 0; row < logits.rows; row += 1) {
      const [first, second] = [...logits.data.slice(row * logits.columns, (row + 1) * logits.columns)].sort((a, b) => b - a);
      this.total += first - second;
      this.count += 1;
    }
  }

  result() {
    return { margin: this.count ? this.total / this.count : null };
  }

  save() {
    return [this.total, this.count];
  }

  restore(state) {
    [this.total, this.count] = state;
  }
}
