import { distillerMisfit, type Distiller, type DistillerSubject, type PreparedDistiller, type TensorLike } from "@kdf/core";
import { crossEntropy, detach, mean, square, subtract } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  labels: z.number().nonnegative().default(0.5).describe("weight of the cross-entropy with the labels"),
  logits: z.number().nonnegative().default(0.5).describe("weight of the squared error to the teacher's logits, per view"),
});
type Options = z.infer<typeof options>;

/** Cross-entropy with the labels, and the mean squared error of the logits on original and augmented images. */
export class PluginIdDistiller implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT before any training. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    demandFit(subject);
    const views = subject.augmented ? ["original", "augmented"] : ["original"];
    const squaredErrors = views.map((view) => `squaredError.${view}`);
    return {
      taps: { teacher: [], student: [] },
      extras: {},
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student"], views, losses: ["crossEntropy.original", ...squaredErrors] }],
      losses: (outputs, { labels }) => {
        const terms: Record<string, TensorLike> = {
          "crossEntropy.original": crossEntropy(outputs["original"]!.student!.logits, labels),
        };
        for (const view of views) {
          const { teacher, student } = outputs[view]!;
          // Detached: the gradient flows into the student alone.
          terms[`squaredError.${view}`] = mean(square(subtract(student!.logits, detach(teacher!.logits))));
        }
        return terms;
      },
      weight: (term) => (term.startsWith("squaredError") ? this.#options.logits : this.#options.labels),
    };
  }
}

function demandFit({ teacher, student, dataset }: DistillerSubject): void {
  const classes = dataset.classes.length;
  if (teacher?.classes === classes && student.classes === classes) return;
  throw distillerMisfit({
    distiller: "plugin-id",
    problem: `the data set has ${classes} classes, the teacher ${teacher?.classes ?? "is missing"}, the student ${student.classes}`,
    expected: "a teacher and a student with the classes of the data set",
    fix: "name a teacher that was trained on this data set (--teacher)",
  });
}
