import { distillerMisfit } from "@kdf/core";
import type { Distiller, DistillerSubject, PreparedDistiller, TensorLike } from "@kdf/core";
import { crossEntropy, divergence } from "@kdf/tensor";
import { z } from "zod";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  temperature: z.number().positive().default(4).describe("softens both models' probabilities in the divergence"),
  weights: z
    .strictObject({
      crossEntropy: weight.default(0.1).describe("of the cross-entropy with the labels, original images"),
      divergenceOriginal: weight.default(0.9).describe("of the divergence on original images"),
      divergenceAugmented: weight.default(0.9).describe("of the divergence on augmented images"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Knowledge distillation (Hinton et al. 2015) with the weights of Wang et al. 2022:
 * 0.1 CE(original) + 0.9 [T² KL(original) + T² KL(augmented)], batch means. The target on augmented images is the
 * teacher's output on them, never a label. Without an augmenter that term and that view are left out.
 */
export class KnowledgeDistillation implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT without a teacher, and when teacher, student and data set differ in classes. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    checkFit(subject);
    const { temperature, weights } = this.#options;
    const weightOf: Record<string, number> = {
      "crossEntropy.original": weights.crossEntropy,
      "divergence.original": weights.divergenceOriginal,
      ...(subject.augmented && { "divergence.augmented": weights.divergenceAugmented }),
    };
    const views = subject.augmented ? ["original", "augmented"] : ["original"];
    return {
      taps: { teacher: [], student: [] },
      extras: {},
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student"], views, losses: Object.keys(weightOf) }],
      losses: (given, { labels }) => {
        const terms: Record<string, TensorLike> = {
          "crossEntropy.original": crossEntropy(given["original"]!.student!.logits, labels),
        };
        for (const view of views) {
          const { teacher, student } = given[view]!;
          terms[`divergence.${view}`] = divergence(teacher!.logits, student!.logits, temperature);
        }
        return terms;
      },
      weight: (term) => weightOf[term]!,
    };
  }
}

function checkFit({ teacher, student, dataset }: DistillerSubject): void {
  if (teacher === undefined) {
    throw distillerMisfit({
      distiller: "kd",
      problem: "it learns from a teacher, and there is none",
      expected: "a teacher (--teacher)",
      fix: "name one, or train the student alone with --distiller cross-entropy",
    });
  }
  const classes = dataset.classes.length;
  if (teacher.classes === classes && student.classes === classes) return;
  throw distillerMisfit({
    distiller: "kd",
    problem: `the data set has ${classes} classes, the teacher ${teacher.classes} and the student ${student.classes}`,
    expected: "a teacher and a student with the classes of the data set",
    fix: "name a teacher that was trained on this data set",
  });
}
