import { distillerMisfit } from "@kdf/core";
import type { Distiller, DistillerSubject, PreparedDistiller } from "@kdf/core";
import { crossEntropy } from "@kdf/tensor";
import { z } from "zod";
import { decoupledDivergence } from "./decoupled.js";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  temperature: z.number().positive().default(4).describe("softens both models' probabilities in the divergences"),
  warmupEpochs: z
    .int()
    .nonnegative()
    .default(20)
    .describe("epochs over which the weights of the two divergences grow to what is given; 0: none"),
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      targetClass: weight.default(1).describe("of the divergence between target and rest; alpha in the paper"),
      nonTargetClass: weight.default(8).describe("of the divergence among the other classes; beta in the paper"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Decoupled knowledge distillation (Zhao et al. 2022): CE + w (TCKD + 8 NCKD), where w = min(epoch / 20, 1) and the first
 * epoch is 1. All on the original view: both divergences need a label, which an image mixed of two has not.
 */
export class DecoupledDistillation implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /**
   * Throws KDF_DISTILLER_MISFIT without a teacher, when teacher, student and data set differ in classes, and for two
   * classes unless the weight of the other classes is 0: there is one other class, whose divergence is always 0.
   */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { temperature, warmupEpochs, weights } = this.#options;
    checkFit(subject, weights.nonTargetClass);
    const warmth = (epoch: number): number => (epoch + 1 < warmupEpochs ? (epoch + 1) / warmupEpochs : 1);
    const weightOf: Record<string, (epoch: number) => number> = {
      "crossEntropy.original": () => weights.crossEntropy,
      "targetClass.original": (epoch) => weights.targetClass * warmth(epoch),
      "nonTargetClass.original": (epoch) => weights.nonTargetClass * warmth(epoch),
    };
    return {
      taps: { teacher: [], student: [] },
      extras: {},
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student"], views: ["original"], losses: Object.keys(weightOf) }],
      losses: (views, { labels }) => {
        const { teacher, student } = views["original"]!;
        const parts = decoupledDivergence(teacher!.logits, student!.logits, labels, temperature);
        return {
          "crossEntropy.original": crossEntropy(student!.logits, labels),
          "targetClass.original": parts.targetClass,
          "nonTargetClass.original": parts.nonTargetClass,
        };
      },
      weight: (term, { epoch }) => weightOf[term]!(epoch),
    };
  }
}

function checkFit({ teacher, student, dataset }: DistillerSubject, nonTargetClass: number): void {
  const misfit = (problem: string, expected: string, fix: string) => distillerMisfit({ distiller: "dkd", problem, expected, fix });
  if (teacher === undefined) {
    throw misfit(
      "it learns from a teacher, and there is none",
      "a teacher (--teacher)",
      "name one, or train the student alone with --distiller cross-entropy",
    );
  }
  const classes = dataset.classes.length;
  if (teacher.classes !== classes || student.classes !== classes) {
    throw misfit(
      `the data set has ${classes} classes, the teacher ${teacher.classes} and the student ${student.classes}`,
      "a teacher and a student with the classes of the data set",
      "name a teacher that was trained on this data set",
    );
  }
  if (classes < 3 && nonTargetClass > 0) {
    throw misfit(
      `with ${classes} classes at most one is beside the target, and its divergence (weight ${nonTargetClass}) is always 0`,
      "3 classes or more",
      "use --distiller kd, which is the same for two classes, or --set dkd.weights.nonTargetClass=0",
    );
  }
}
