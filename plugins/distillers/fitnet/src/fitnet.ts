import type { Distiller, DistillerSubject, PreparedDistiller } from "@kdf/core";
import { checkStudentClasses, mapPairAt, MapRegressor, tapPairsOption, tapsOfPairs, tensorsOfPair } from "@kdf/nn";
import { crossEntropy, mean, scope, square, subtract } from "@kdf/tensor";
import { z } from "zod";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  hint: z.int().nonnegative().default(2).describe("place of the compared map among each model's maps; the stem has the place 0"),
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      hint: weight.default(100).describe("of the mean squared error of the regressed map"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Hints (FitNets: Romero et al., ICLR 2015, equation 3), trained together with the labels: CE + weight · mean squared
 * error between the teacher's map and what a regressor makes of the student's. Works with a teacher of other classes:
 * it reads no logits of it.
 */
export class HintDistillation implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /**
   * Throws KDF_DISTILLER_MISFIT for a student of other classes, without a teacher, where a model has no such map, and for
   * maps that no regressor brings together.
   */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { hint, taps, weights } = this.#options;
    checkStudentClasses("fitnet", subject);
    const pair = mapPairAt({ distiller: "fitnet", subject, named: taps }, hint);
    const regressor = new MapRegressor(pair, { distiller: "fitnet", stream: subject.streams.at("fitnet:regressor"), rectified: true });
    const weightOf: Record<string, number> = { "crossEntropy.original": weights.crossEntropy, "hint.original": weights.hint };
    return {
      taps: tapsOfPairs([pair]),
      extras: { regressor },
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student", "extras"], views: ["original"], losses: Object.keys(weightOf) }],
      losses: ({ original }, { labels }) => ({
        "crossEntropy.original": crossEntropy(original!.student!.logits, labels),
        "hint.original": scope(() => {
          const { teacher, student } = tensorsOfPair(pair, original!);
          return mean(square(subtract(regressor.forward(student), teacher)));
        }),
      }),
      weight: (term) => weightOf[term]!,
    };
  }
}
