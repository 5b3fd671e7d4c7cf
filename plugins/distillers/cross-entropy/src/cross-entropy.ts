import { distillerMisfit, type Distiller, type DistillerSubject, type PreparedDistiller } from "@kdf/core";
import { crossEntropy } from "@kdf/tensor";

/** Plain training by the labels: what a distilled student is compared with, and how a teacher is made. */
export class CrossEntropy implements Distiller {
  /** Throws KDF_DISTILLER_MISFIT when the student has not the data set's classes. */
  prepare({ student, dataset }: DistillerSubject): PreparedDistiller {
    if (student.classes !== dataset.classes.length) {
      throw distillerMisfit({
        distiller: "cross-entropy",
        problem: `the data set has ${dataset.classes.length} classes, the student ${student.classes}`,
        expected: "a student with the classes of the data set",
        fix: "build the student for this data set",
      });
    }
    return {
      taps: { teacher: [], student: [] },
      extras: {},
      state: {},
      views: [],
      stages: [{ id: "train", trains: ["student"], views: ["original"], losses: ["crossEntropy.original"] }],
      losses: ({ original }, { labels }) => {
        return { "crossEntropy.original": crossEntropy(original!.student!.logits, labels) };
      },
      weight: () => 1,
    };
  }
}
