import type { Configuration } from "@kdf/core";

/** A piece of a study that one process does. */
export interface Task {
  /** Its folder in the study's folder. */
  readonly id: string;
  readonly kind: "teacher" | "frozen student" | "cell" | "measurement";
  /** The pair; of a teacher, its id. */
  readonly pair: string;
  /** The entry of `augmenters`; empty for a teacher. */
  readonly augmenter: string;
  readonly seed: number;
  /** All settings of its process. */
  readonly configuration: Configuration;
  /** Of a measurement: batches observed, and the folder of the run whose student it takes. */
  readonly measurement?: { readonly steps: number; readonly student: string | null };
  /** Ids of the tasks that must be done before. */
  readonly needs: readonly string[];
}

/** A task as a person reads it. */
export function taskLabel({ kind, pair, augmenter, seed }: Task): string {
  if (kind === "teacher") return `teacher ${pair}`;
  if (kind === "frozen student") return `${pair}, frozen student`;
  return kind === "measurement" ? `${pair}, ${augmenter}, measurement` : `${pair}, ${augmenter}, seed ${seed}`;
}
