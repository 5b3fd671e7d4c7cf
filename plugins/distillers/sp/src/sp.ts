import type { Distiller, DistillerSubject, PreparedDistiller } from "@kdf/core";
import { checkStudentClasses, lastMapPair, tapPairsOption, tapsOfPairs, tensorsOfPair } from "@kdf/nn";
import { crossEntropy } from "@kdf/tensor";
import { z } from "zod";
import { similarityDistance } from "./similarity.js";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      similarity: weight.default(3000).describe("of the distance of the similarities"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/** Similarity-preserving distillation (Tung and Mori 2019): CE + 3000 distance of the similarities in the last map. */
export class SimilarityPreservation implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT unless both models give a map, and for a student of other classes than the data set's. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { taps, weights } = this.#options;
    const pair = lastMapPair({ distiller: "sp", subject, named: taps });
    checkStudentClasses("sp", subject);
    const weightOf: Record<string, number> = {
      "crossEntropy.original": weights.crossEntropy,
      "similarity.original": weights.similarity,
    };
    return {
      taps: tapsOfPairs([pair]),
      extras: {},
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student"], views: ["original"], losses: Object.keys(weightOf) }],
      losses: ({ original }, { labels }) => {
        const { teacher, student } = tensorsOfPair(pair, original!);
        return {
          "crossEntropy.original": crossEntropy(original!.student!.logits, labels),
          "similarity.original": similarityDistance(teacher, student),
        };
      },
      weight: (term) => weightOf[term]!,
    };
  }
}
