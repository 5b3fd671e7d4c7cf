import { observationIncomplete, type Json, type Matrix, type Metric, type MetricDraws, type StepObservation } from "@kdf/core";
import { meanEntries, type MeanEntries } from "./mean-entries.js";

const matrices = ["imageCovariance", "imageCorrelation", "classCovariance", "classCorrelation"] as const;
type MatrixName = (typeof matrices)[number];

/** Sums over steps. What is not a number has become null on its way through JSON. */
type Sums = Readonly<Record<MatrixName, { readonly mean: number | null; readonly absolute: number | null; readonly steps: number }>>;

/**
 * How alike the teacher's answers within a step are, as the code of Wang et al. 2022 measures it: the probabilities
 * (temperature 1) of the step's original and augmented images are a matrix [images, classes]; covariance and correlation
 * matrices between images and between classes are made of it, unbiased, and of each the mean of its entries and of their
 * absolute values, the diagonal included. The result is the mean over the steps.
 *
 * A step in which a variable does not vary has no correlations and counts for none.
 */
export class TeacherCovariance implements Metric {
  readonly phases = ["training", "ranking"] as const;
  readonly span = "run";
  readonly primary = { key: "absoluteImageCovariance", better: "lower" } as const;
  readonly reads = ["teacher"] as const;
  readonly #sums = new Map(matrices.map((name) => [name, { mean: 0, absolute: 0, steps: 0 }]));
  #ofSteps: number[] = [];

  observe({ views }: StepObservation): void {
    const seen = [views["original"]?.teacher?.logits, views["augmented"]?.teacher?.logits].filter((logits) => logits !== undefined);
    if (seen.length === 0) throw observationIncomplete({ metric: "teacher-covariance", missing: "the teacher's logits" });
    const images = seen.flatMap(probabilities);
    const classes = Array.from(images[0] ?? [], (_, column) => Float64Array.from(images, (row) => row[column]!));
    const [ofImages, ofClasses] = [meanEntries(images), meanEntries(classes)];
    this.#add("imageCovariance", ofImages.covariance);
    this.#add("imageCorrelation", ofImages.correlation);
    this.#add("classCovariance", ofClasses.covariance);
    this.#add("classCorrelation", ofClasses.correlation);
    if (ofImages.covariance !== undefined) this.#ofSteps.push(ofImages.covariance.absolute);
  }

  /** Of each matrix the mean of its entries and, as `absolute…`, of their absolute values; null before the first step that has one. */
  result(): Readonly<Record<string, number | null>> {
    const figures = [...this.#sums].flatMap(([name, { mean, absolute, steps }]) => {
      return [[name, finite(mean / steps)], [`absolute${name[0]!.toUpperCase()}${name.slice(1)}`, finite(absolute / steps)]] as const;
    });
    return { ...Object.fromEntries(figures), covarianceSteps: this.#of("imageCovariance").steps, correlationSteps: this.#of("imageCorrelation").steps };
  }

  /** A draw is a step. None where steps were observed before a checkpoint, which keeps their sums alone. */
  draws(): MetricDraws {
    const complete = this.#ofSteps.length === this.#of("imageCovariance").steps;
    const values = complete ? this.#ofSteps : [];
    return { count: values.length, value: (places) => finite(places.reduce((sum, place) => sum + values[place]!, 0) / places.length) };
  }

  save(): Json {
    return Object.fromEntries([...this.#sums].map(([name, { mean, absolute, steps }]) => [name, { mean: finite(mean), absolute: finite(absolute), steps }]));
  }

  restore(saved: Json): void {
    for (const name of matrices) {
      const { mean, absolute, steps } = (saved as unknown as Sums)[name];
      this.#sums.set(name, { mean: mean ?? NaN, absolute: absolute ?? NaN, steps });
    }
  }

  #of(name: MatrixName): { mean: number; absolute: number; steps: number } {
    return this.#sums.get(name)!;
  }

  #add(name: MatrixName, entries: MeanEntries | undefined): void {
    if (entries === undefined) return;
    const { mean, absolute, steps } = this.#of(name);
    this.#sums.set(name, { mean: mean + entries.mean, absolute: absolute + entries.absolute, steps: steps + 1 });
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** logits [B,K] -> probabilities at temperature 1 [B][K]. */
function probabilities({ rows, columns, data }: Matrix): Float64Array[] {
  return Array.from({ length: rows }, (_, row) => {
    const logits = Float64Array.from(data.subarray(row * columns, (row + 1) * columns));
    const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const exponentials = logits.map((logit) => Math.exp(logit - largest));
    const total = exponentials.reduce((a, b) => a + b, 0);
    return exponentials.map((exponential) => exponential / total);
  });
}
