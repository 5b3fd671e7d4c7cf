import { observationIncomplete, type Json, type Matrix, type Metric, type MetricDraws, type StepObservation } from "@kdf/core";

const kinds = ["original", "augmented"] as const;

/** Entropies of one view: their sum, and the images. */
interface Total {
  readonly sum: number;
  readonly images: number;
}

const nothing: Total = { sum: 0, images: 0 };
const plus = (a: Total, b: Total): Total => ({ sum: a.sum + b.sum, images: a.images + b.images });
const meanOf = ({ sum, images }: Total): number | null => (Number.isFinite(sum / images) ? sum / images : null);

/**
 * The mean entropy, in nats, of the teacher's probabilities at temperature 1: of all images that a step distils, original
 * and augmented, as the code of Wang et al. 2022 prints it beside T. stddev, and of either view by itself.
 */
export class TeacherEntropy implements Metric {
  readonly phases = ["training", "ranking"] as const;
  readonly span = "run";
  readonly primary = { key: "teacherEntropy", better: "higher" } as const;
  readonly reads = ["teacher"] as const;
  #totals: Readonly<Record<(typeof kinds)[number], Total>> = { original: nothing, augmented: nothing };
  #steps = 0;
  #ofSteps: Total[] = [];

  observe({ views }: StepObservation): void {
    const [original, augmented] = kinds.map((view) => totalOf(views[view]?.teacher?.logits)) as [Total, Total];
    const both = plus(original, augmented);
    if (both.images === 0) throw observationIncomplete({ metric: "teacher-entropy", missing: "the teacher's logits" });
    this.#totals = { original: plus(this.#totals.original, original), augmented: plus(this.#totals.augmented, augmented) };
    this.#steps += 1;
    this.#ofSteps.push(both);
  }

  /** Null before the first image of the kind, and where an entropy is not finite. */
  result(): Readonly<Record<string, number | null>> {
    const { original, augmented } = this.#totals;
    return { teacherEntropy: meanOf(plus(original, augmented)), originalEntropy: meanOf(original), augmentedEntropy: meanOf(augmented) };
  }

  /** A draw is a step. None where steps were observed before a checkpoint, which keeps their sums alone. */
  draws(): MetricDraws {
    const steps = this.#ofSteps.length === this.#steps ? this.#ofSteps : [];
    return { count: steps.length, value: (places) => meanOf(places.map((place) => steps[place]!).reduce(plus, nothing)) };
  }

  save(): Json {
    const saved = kinds.map((view) => [view, { ...this.#totals[view], sum: Number.isFinite(this.#totals[view].sum) ? this.#totals[view].sum : null }]);
    return { ...Object.fromEntries(saved), steps: this.#steps };
  }

  restore(state: Json): void {
    const saved = state as unknown as Record<(typeof kinds)[number], { sum: number | null; images: number }> & { steps: number };
    const total = ({ sum, images }: { sum: number | null; images: number }): Total => ({ sum: sum ?? NaN, images });
    this.#totals = { original: total(saved.original), augmented: total(saved.augmented) };
    this.#steps = saved.steps;
  }
}

/** Entropies of the softmax of each row; exponents are at most 0. */
function totalOf(logits: Matrix | undefined): Total {
  if (logits === undefined) return nothing;
  const { rows, columns, data } = logits;
  let sum = 0;
  for (let row = 0; row < rows; row += 1) {
    const values = Float64Array.from(data.subarray(row * columns, (row + 1) * columns));
    const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
    const exponentials = values.map((value) => Math.exp(value - largest));
    const total = exponentials.reduce((a, b) => a + b, 0);
    // log total - Σ p (logit - largest): a class whose exponential is 0 adds nothing.
    sum += Math.log(total) - exponentials.reduce((weighed, one, column) => (one === 0 ? weighed : weighed + (one / total) * (values[column]! - largest)), 0);
  }
  return { sum, images: rows };
}
