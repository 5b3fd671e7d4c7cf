import type { DistillerSubject, ModelDescription } from "@kdf/core";
import { createStreams } from "@kdf/tensor";

export interface SubjectOptions {
  /** null: the student is trained alone. A small model with a map, unless given. */
  readonly teacher?: ModelDescription | null;
  /** A small model with a map and a pooled vector, unless given. */
  readonly student?: ModelDescription;
  /** Of the batch norms behind the teacher's maps, by their taps. None unless given. */
  readonly teacherNorms?: NonNullable<DistillerSubject["teacherNorms"]>;
}

const input = { size: 12, channels: 1, mean: [0.4], std: [0.25] };
const teacher: ModelDescription = { network: "boring-teacher", input, classes: 3, taps: { map: [6, 6, 1] } };
const student: ModelDescription = { network: "boring", input, classes: 3, taps: { map: [6, 6, 4], pooled: [4] } };

/** The same models with odd sides, three channels and two classes. */
const oddInput = { size: 7, channels: 3, mean: [0.4, 0.5, 0.6], std: [0.25, 0.2, 0.3] };
const oddTeacher: ModelDescription = { ...teacher, input: oddInput, classes: 2, taps: { map: [3, 3, 3] } };
const oddStudent: ModelDescription = { ...student, input: oddInput, classes: 2, taps: { map: [3, 3, 4], pooled: [4] } };

/** Rows of the training split of every subject. */
export const trainingSize = 40;

export interface SubjectForm {
  /** Whether an augmenter provides the view `augmented`. */
  readonly augmented: boolean;
  /** Images with odd sides and three channels, and two classes, unless the models are given. */
  readonly odd?: boolean;
  /** A teacher that is as the student is. */
  readonly equal?: boolean;
}

/** What `prepare` is given. Two calls give equal subjects. */
export function subjectOf(given: SubjectOptions, { augmented, odd = false, equal = false }: SubjectForm): DistillerSubject {
  const chosenStudent = given.student ?? (odd ? oddStudent : student);
  const chosenTeacher = given.teacher === undefined ? (odd ? oddTeacher : teacher) : given.teacher;
  const { classes } = chosenStudent;
  return {
    ...(chosenTeacher !== null && { teacher: equal ? chosenStudent : chosenTeacher }),
    ...(given.teacherNorms && { teacherNorms: given.teacherNorms }),
    student: chosenStudent,
    dataset: {
      classes: Array.from({ length: classes }, (_, label) => `class ${label}`),
      trainingSize,
      labels: Int32Array.from({ length: trainingSize }, (_, row) => row % classes),
    },
    augmented,
    streams: createStreams(4),
  };
}
