import type { Distiller, DistillerSubject, PreparedDistiller, TensorLike } from "@kdf/core";
import { atSmallerSize, checkStudentClasses, stageMapPairs, tapPairsOption, tapsOfPairs, tensorsOfPair } from "@kdf/nn";
import { add, crossEntropy, l2Normalize, mean, reshape, scope, square, subtract, type Tensor } from "@kdf/tensor";
import { z } from "zod";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      attention: weight.default(1000).describe("of the distance between the attention maps, summed over the pairs of maps"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Activation-based attention transfer (Zagoruyko and Komodakis, ICLR 2017, equation 2): CE + weight · Σ over the stages
 * of the mean squared difference of the attention maps. Works with a teacher of other classes: it reads no logits of it.
 */
export class AttentionTransfer implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT for a student of other classes, without a teacher, and where maps make no pairs. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { taps, weights } = this.#options;
    checkStudentClasses("at", subject);
    const pairs = stageMapPairs({ distiller: "at", subject, named: taps });
    const weightOf: Record<string, number> = {
      "crossEntropy.original": weights.crossEntropy,
      "attention.original": weights.attention,
    };
    return {
      taps: tapsOfPairs(pairs),
      extras: {},
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student"], views: ["original"], losses: Object.keys(weightOf) }],
      losses: ({ original }, { labels }) => ({
        "crossEntropy.original": crossEntropy(original!.student!.logits, labels),
        "attention.original": scope(() =>
          pairs.map((pair) => attentionDistance(tensorsOfPair(pair, original!))).reduce((sum, distance) => add(sum, distance)),
        ),
      }),
      weight: (term) => weightOf[term]!,
    };
  }
}

/** Mean over images and places of the squared difference of the attention maps. */
function attentionDistance({ teacher, student }: { readonly teacher: TensorLike; readonly student: TensorLike }): Tensor {
  const [taught, learned] = atSmallerSize(teacher, student);
  return mean(square(subtract(attention(learned), attention(taught))));
}

/** [B,H,W,C] -> [B,H·W]: the mean over the channels of the squares, of length 1. A map that is 0 everywhere stays 0. */
function attention(map: TensorLike): Tensor {
  const [images = 0, height = 0, width = 0] = map.shape;
  return l2Normalize(reshape(mean(square(map), 3), [images, height * width]), 1);
}
