import { observationIncomplete, type Json, type Metric, type MetricDraws, type StepObservation } from "@kdf/core";
import { z } from "zod";
import { DrawTable } from "./draw-table.js";
import { logProbabilities } from "./log-probabilities.js";

export const options = z.strictObject({
  valuesPerDraw: z.int().min(2).default(6400).describe("values, one for each image, that make one draw"),
  draws: z.int().min(2).default(100).describe("draws that count; what comes after them does not"),
});
type Options = z.infer<typeof options>;

/**
 * Covariance of the cross-entropies that make up the empirical distilled risk (Wang et al. 2022, and the authors' answer
 * to reviewers). Of each image q = -Σ_k p_teacher,k log p_student,k at temperature 1; of each step the original images'
 * and then the augmented ones' join the draw, and `valuesPerDraw` consecutive ones make it full, across steps. Between the
 * places of a draw, over the draws, unbiased covariances; their sum over each pair once, divided by the square of the
 * number of places. As published each value is first divided by the largest of its place; the sum without that and the
 * variance of a draw's mean, which is the risk's own, stand beside it.
 *
 * With `role` teacher, the teacher stands in the student's place, q is its own entropy, and no student is read.
 */
export class CrossEntropyCovariance implements Metric {
  readonly phases = ["training", "ranking"] as const;
  readonly span = "run";
  readonly primary: { readonly key: string; readonly better: "lower" };
  readonly reads: readonly ("teacher" | "student")[];
  readonly #role: "teacher" | "student";
  readonly #prefix: "crossEntropy" | "entropy";
  readonly #table: DrawTable;
  readonly #valuesPerDraw: number;

  constructor({ valuesPerDraw, draws }: Options, role: "teacher" | "student") {
    this.#role = role;
    this.#table = new DrawTable(valuesPerDraw, draws);
    this.#valuesPerDraw = valuesPerDraw;
    this.#prefix = role === "student" ? "crossEntropy" : "entropy";
    this.reads = role === "student" ? ["teacher", "student"] : ["teacher"];
    this.primary = { key: `${this.#prefix}Covariance`, better: "lower" };
  }

  observe({ views }: StepObservation): void {
    const seen = [views["original"], views["augmented"]].filter((outputs) => outputs !== undefined);
    const missing = this.reads.find((role) => seen.length === 0 || seen.some((outputs) => outputs[role] === undefined));
    if (missing !== undefined) throw observationIncomplete({ metric: `${this.#role === "student" ? "cross-" : ""}entropy-covariance`, missing: `the ${missing}'s logits` });
    for (const outputs of seen) {
      const teacher = logProbabilities(outputs.teacher!.logits);
      const other = this.#role === "teacher" ? teacher : logProbabilities(outputs[this.#role]!.logits);
      teacher.forEach((logs, row) => this.#table.add(crossEntropy(logs, other[row]!)));
    }
  }

  /**
   * …Covariance: normalised; …CovarianceRaw: not; …MeanVariance: the variance of the mean of a draw's values. All null
   * before the second draw. …DroppedValues: those of a draw that is not full.
   */
  result(): Readonly<Record<string, number | null>> {
    const [prefix, table] = [this.#prefix, this.#table];
    const places = Array.from({ length: table.draws }, (_, place) => place);
    return {
      [`${prefix}Covariance`]: table.covariance(places, true),
      [`${prefix}CovarianceRaw`]: table.covariance(places, false),
      [`${prefix}MeanVariance`]: table.meanVariance(),
      [`${prefix}Draws`]: table.draws,
      [`${prefix}ValuesPerDraw`]: this.#valuesPerDraw,
      [`${prefix}DroppedValues`]: table.rest,
    };
  }

  draws(): MetricDraws {
    return { count: this.#table.draws, value: (places) => this.#table.covariance(places, true) };
  }

  save(): Json {
    return this.#table.save();
  }

  restore(saved: Json): void {
    this.#table.restore(saved as string);
  }
}

/** -Σ p log q of two rows of log probabilities; a class that p never takes adds nothing. */
function crossEntropy(p: Float64Array, q: Float64Array): number {
  return p.reduce((sum, log, place) => (log === -Infinity ? sum : sum - Math.exp(log) * q[place]!), 0);
}
