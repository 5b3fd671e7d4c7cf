import type { Distiller, DistillerSubject, PreparedDistiller } from "@kdf/core";
import { checkStudentClasses, pooledPair, tapPairsOption, tapsOfPairs, tensorsOfPair } from "@kdf/nn";
import { crossEntropy } from "@kdf/tensor";
import { z } from "zod";
import { affinityDivergence } from "./affinity.js";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      affinity: weight.default(30000).describe("of the divergence of the affinities"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/** Probabilistic knowledge transfer (Passalis and Tefas 2018): CE + 30000 divergence of affinities of pooled features. */
export class ProbabilisticTransfer implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT unless both models give a vector, and for a student of other classes than the data set's. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { taps, weights } = this.#options;
    const pair = pooledPair({ distiller: "pkt", subject, named: taps });
    checkStudentClasses("pkt", subject);
    const weightOf: Record<string, number> = {
      "crossEntropy.original": weights.crossEntropy,
      "affinity.original": weights.affinity,
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
          "affinity.original": affinityDivergence(teacher, student),
        };
      },
      weight: (term) => weightOf[term]!,
    };
  }
}
