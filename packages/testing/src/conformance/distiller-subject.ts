import type { DistillerSubject, ModelDescription } from "@kdf/core";
import { createStreams } from "@kdf/tensor";

export interface SubjectOptions {
  /** null: the student is trained alone. A small model with a map, unless given. */
  readonly teacher?: ModelDescription | null;
  /** A small model with a map and a pooled vector, unless given. */
  readonly student?: ModelDescription;
}

const input = { size: 12, channels: 1, mean: [0.4], std: [0.25] };
const teacher: ModelDescription = { network: "boring-teacher", input, classes: 3, taps: { map: [6, 6, 1] } };
const student: ModelDescription = { network: "boring", input, classes: 3, taps: { map: [6, 6, 4], pooled: [4] } };

/** Rows of the training split of every subject. */
export const trainingSize = 40;

/** What `prepare` is given. Two calls give equal subjects. */
export function subjectOf(given: SubjectOptions, augmented: boolean): DistillerSubject {
  const chosen = { teacher: given.teacher === undefined ? teacher : given.teacher, student: given.student ?? student };
  const { classes } = chosen.student;
  return {
    ...(chosen.teacher !== null && { teacher: chosen.teacher }),
    student: chosen.student,
    dataset: {
      classes: Array.from({ length: classes }, (_, label) => `class ${label}`),
      trainingSize,
      labels: Int32Array.from({ length: trainingSize }, (_, row) => row % classes),
    },
    augmented,
    streams: createStreams(4),
  };
}
