import type { Distiller, DistillerSubject, PreparedDistiller } from "@kdf/core";
import { checkStudentClasses, Linear, pooledPair, tapPairsOption, tapsOfPairs, tensorsOfPair } from "@kdf/nn";
import { crossEntropy } from "@kdf/tensor";
import { z } from "zod";
import { neighbourCorrelation } from "./correlation.js";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  embedding: z.int().positive().default(128).describe("size of the embeddings of both models' features"),
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      correlation: weight.default(0.02).describe("of the correlation of the embeddings' differences"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Correlation congruence (Peng et al. 2019) as the authors' code has it: CE + 0.02 correlation between neighbours, of
 * the pooled features embedded by a linear layer for each model, both of which train.
 */
export class CorrelationCongruence implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT unless both models give a vector, and for a student of other classes than the data set's. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { embedding, taps, weights } = this.#options;
    const pair = pooledPair({ distiller: "cc", subject, named: taps });
    checkStudentClasses("cc", subject);
    const embed = (role: "teacher" | "student"): Linear =>
      new Linear({ inputs: pair[role].shape[0]!, outputs: embedding }, subject.streams.at(`cc:${role}`));
    const extras = { studentEmbedding: embed("student"), teacherEmbedding: embed("teacher") };
    const weightOf: Record<string, number> = {
      "crossEntropy.original": weights.crossEntropy,
      "correlation.original": weights.correlation,
    };
    return {
      taps: tapsOfPairs([pair]),
      extras,
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student", "extras"], views: ["original"], losses: Object.keys(weightOf) }],
      losses: ({ original }, { labels }) => {
        const { teacher, student } = tensorsOfPair(pair, original!);
        return {
          "crossEntropy.original": crossEntropy(original!.student!.logits, labels),
          "correlation.original": neighbourCorrelation(
            extras.teacherEmbedding.forward(teacher),
            extras.studentEmbedding.forward(student),
          ),
        };
      },
      weight: (term) => weightOf[term]!,
    };
  }
}
