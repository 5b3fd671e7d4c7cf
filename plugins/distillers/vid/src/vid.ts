import type { Distiller, DistillerSubject, PreparedDistiller } from "@kdf/core";
import { atSmallerSize, checkStudentClasses, stageMapPairs, tapPairsOption, tapsOfPairs, tensorsOfPair } from "@kdf/nn";
import { add, crossEntropy, scope } from "@kdf/tensor";
import { z } from "zod";
import { Prediction } from "./prediction.js";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      information: weight.default(1).describe("of the negative log-likelihood of the teacher's maps, summed over the pairs of maps"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Variational information distillation (Ahn et al., CVPR 2019): a bound of the mutual information of teacher's and
 * student's maps is raised. CE + weight · Σ over the stages of the negative log-likelihood of the teacher's map in a
 * Gaussian that is predicted from the student's. Works with a teacher of other classes: it reads no logits of it.
 */
export class VariationalInformationDistillation implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT for a student of other classes, without a teacher, and where maps make no pairs. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { taps, weights } = this.#options;
    checkStudentClasses("vid", subject);
    const pairs = stageMapPairs({ distiller: "vid", subject, named: taps });
    const predictions = pairs.map(({ teacher, student }, place) =>
      new Prediction({ teacher: teacher.shape[2]!, student: student.shape[2]! }, subject.streams.at(`vid:prediction${place}`)),
    );
    const weightOf: Record<string, number> = {
      "crossEntropy.original": weights.crossEntropy,
      "information.original": weights.information,
    };
    return {
      taps: tapsOfPairs(pairs),
      extras: Object.fromEntries(predictions.map((prediction, place) => [`prediction${place}`, prediction])),
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student", "extras"], views: ["original"], losses: Object.keys(weightOf) }],
      losses: ({ original }, { labels }) => ({
        "crossEntropy.original": crossEntropy(original!.student!.logits, labels),
        "information.original": scope(() =>
          pairs
            .map((pair, place) => {
              const { teacher, student } = tensorsOfPair(pair, original!);
              const [learned, taught] = atSmallerSize(student, teacher);
              return predictions[place]!.negativeLogLikelihood(learned, taught);
            })
            .reduce((sum, one) => add(sum, one)),
        ),
      }),
      weight: (term) => weightOf[term]!,
    };
  }
}
