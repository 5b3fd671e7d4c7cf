import type { Json } from "./json.js";

/** Values of a matrix [rows, columns], row-major, already read back by the trainer. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

export interface ObservedOutputs {
  readonly logits: Matrix;
}

/** One batch as a metric sees it. */
export interface StepObservation {
  readonly views: Readonly<Record<string, { readonly student?: ObservedOutputs; readonly teacher?: ObservedOutputs }>>;
  /** [B], labels of the view `original`. */
  readonly labels: Int32Array;
  /** [B] */
  readonly indices: Int32Array;
  readonly epoch: number;
  readonly step: number;
}

/** When a metric is fed: steps of the training, a pass over a split, a ranking by the teacher, with a frozen student where it reads one. */
export type MetricPhase = "training" | "evaluation" | "ranking";

/** What a metric's primary value was computed from, so that resampling gives the value an interval (Efron 1979). */
export interface MetricDraws {
  /** How many there are. Two metrics that observed the same steps have the same draws in the same order. */
  readonly count: number;
  /**
   * The primary value, had the draws been those at these places (from 0), some of them several times, others not at all;
   * over all places once, it is the value that `result` gives. Null where such draws have none.
   */
  value(places: readonly number[]): number | null;
}

/** Measures something over many steps. Works on plain numbers, in double precision. */
export interface Metric {
  readonly phases: readonly MetricPhase[];
  /**
   * How long one instance observes during training: an epoch, or the whole run. Whatever observes training saves and
   * restores: a run may be interrupted in the middle of an epoch.
   */
  readonly span: "epoch" | "run";
  /** The key of `result` that compares runs: `best` is chosen by it, and rankings are sorted by it. */
  readonly primary: { readonly key: string; readonly better: "lower" | "higher" };
  /** The outputs it reads. A metric that reads the teacher's alone can be computed before any training. */
  readonly reads: readonly ("teacher" | "student")[];
  /** Keys of `result` that say how it was measured: values compare only where these are equal. */
  readonly settings?: readonly string[];
  observe(step: StepObservation): void;
  /** Keys become columns of metrics.csv. Never NaN: a value that does not exist yet is null. */
  result(): { readonly [name: string]: Json };
  /** Of a metric whose primary value is a statistic of draws, none of which depends on another. */
  draws?(): MetricDraws;
  save?(): Json;
  restore?(state: Json): void;
}
