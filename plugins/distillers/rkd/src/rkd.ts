import type { Distiller, DistillerSubject, PreparedDistiller } from "@kdf/core";
import { checkStudentClasses, pooledPair, tapPairsOption, tapsOfPairs, tensorsOfPair } from "@kdf/nn";
import { crossEntropy } from "@kdf/tensor";
import { z } from "zod";
import { relations } from "./relations.js";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      pairDistance: weight.default(25).describe("of the distances between two images"),
      tripletAngle: weight.default(50).describe("of the angles between three images"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Relational knowledge distillation (Park et al. 2019): CE + 25 distances + 50 angles, both of the pooled features of a
 * batch, each image related to all others.
 */
export class RelationalDistillation implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT unless both models give a vector, and for a student of other classes than the data set's. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { taps, weights } = this.#options;
    const pair = pooledPair({ distiller: "rkd", subject, named: taps });
    checkStudentClasses("rkd", subject);
    const weightOf: Record<string, number> = {
      "crossEntropy.original": weights.crossEntropy,
      "pairDistance.original": weights.pairDistance,
      "tripletAngle.original": weights.tripletAngle,
    };
    return {
      taps: tapsOfPairs([pair]),
      extras: {},
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student"], views: ["original"], losses: Object.keys(weightOf) }],
      losses: ({ original }, { labels }) => {
        const { teacher, student } = tensorsOfPair(pair, original!);
        const { distance, angle } = relations(teacher, student);
        return {
          "crossEntropy.original": crossEntropy(original!.student!.logits, labels),
          "pairDistance.original": distance,
          "tripletAngle.original": angle,
        };
      },
      weight: (term) => weightOf[term]!,
    };
  }
}
