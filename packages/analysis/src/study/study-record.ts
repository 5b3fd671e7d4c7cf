import type { Json } from "@kdf/core";

/**
 * What a study is made of and what is known of it so far: augmenters x teacher/student pairs x seeds. A study that was
 * interrupted is a record too, with cells that are missing.
 */
export interface StudyRecord {
  readonly format: 1;
  readonly name: string;
  /** When the study began, ISO 8601. */
  readonly created: string;
  readonly dataset: string;
  readonly pairs: readonly StudyPair[];
  /** As typed: an entry may be a chain and carry options. Those of all pairs; `none` stands for training without one. */
  readonly augmenters: readonly string[];
  readonly seeds: readonly number[];
  /** Of one student, unless its pair says otherwise. */
  readonly epochs: number;
  /** The key of `final` that measurements are to predict; `loss`, lower, unless said. */
  readonly outcome?: { readonly key: string; readonly better: "lower" | "higher" };
  /** At most one of each pair, augmenter and seed; one that is not here is missing. */
  readonly cells: readonly StudyCell[];
  /** At most one of each pair and augmenter; one that is not here is missing. */
  readonly measurements: readonly StudyMeasurement[];
  /** How the study departed from its protocol, a sentence each. */
  readonly deviations: readonly string[];
}

export interface StudyPair {
  readonly id: string;
  readonly teacher: string;
  readonly student: string;
  /** Those of the study unless given. */
  readonly augmenters?: readonly string[];
  /** Those of the study unless given. */
  readonly epochs?: number;
}

/** The entry of a student that is trained on the original images alone. No measurement is made of it. */
export const withoutAugmenter = "none";

/** The entries of a pair. */
export const augmentersOf = ({ augmenters }: Pick<StudyRecord, "augmenters">, pair: StudyPair): readonly string[] => pair.augmenters ?? augmenters;

/** The entries of a pair of which a measurement is made. */
export const measuredAugmentersOf = (record: Pick<StudyRecord, "augmenters">, pair: StudyPair): readonly string[] =>
  augmentersOf(record, pair).filter((augmenter) => augmenter !== withoutAugmenter);

export type StudyState = "done" | "failed" | "missing";

/** One student, trained or to be trained. */
export interface StudyCell {
  readonly pair: string;
  readonly augmenter: string;
  readonly seed: number;
  readonly state: StudyState;
  /** The run's directory, relative to the study's. */
  readonly run?: string;
  /** Why it failed or is missing. */
  readonly reason?: string;
  /** That its training took, evaluations included, where one process did it from its beginning to its end. */
  readonly seconds?: number;
  /** Epochs count from 1. Values by name, for example `training total`, `validation loss`, `validation top-1`. */
  readonly epochs: readonly StudyEpoch[];
  /** Of the test images, by the metric's name: `loss`, `top-1`. */
  readonly final?: Readonly<Record<string, number>>;
}

export interface StudyEpoch {
  readonly epoch: number;
  readonly values: Readonly<Record<string, number>>;
}

/** What the teacher alone, or it with a frozen student, says of one augmenter. */
export interface StudyMeasurement {
  readonly pair: string;
  readonly augmenter: string;
  readonly state: StudyState;
  /** Why it failed or is missing. */
  readonly reason?: string;
  /** Where it stands, relative to the study's directory. */
  readonly file?: string;
  readonly draws: number;
  /** By the metric's key, for example `t-stddev`. */
  readonly values: Readonly<Record<string, MeasuredValue>>;
  /** What the values depend on (block, batch size, epochs, seed): values of different settings are not comparable. */
  readonly settings: Readonly<Record<string, Json>>;
}

export interface MeasuredValue {
  readonly value: number;
  readonly interval?: MeasuredInterval;
}

export interface MeasuredInterval {
  readonly low: number;
  readonly high: number;
  /** Of confidence, between 0 and 1. */
  readonly level: number;
}
