import type { Distiller, DistillerSubject, PreparedDistiller, TensorLike } from "@kdf/core";
import { atSmallerSize, checkStudentClasses, stageMapPairs, tapPairsOption, tapsOfPairs, tensorsOfPair } from "@kdf/nn";
import { add, crossEntropy, divide, l2Normalize, matrixMultiply, mean, multiply, reshape, scope, square, subtract, sum, type Tensor } from "@kdf/tensor";
import { z } from "zod";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      neuronSelectivity: weight.default(50).describe("of the discrepancy of the channels, summed over the pairs of maps"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Neuron selectivity transfer (Huang and Wang 2017, equation 7, with the polynomial kernel of degree 2 and offset 0):
 * CE + weight · Σ over the stages of the squared maximum mean discrepancy between the channels of teacher and student,
 * each a vector over the places. Works with a teacher of other classes: it reads no logits of it.
 */
export class NeuronSelectivityTransfer implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT for a student of other classes, without a teacher, and where maps make no pairs. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { taps, weights } = this.#options;
    checkStudentClasses("nst", subject);
    const pairs = stageMapPairs({ distiller: "nst", subject, named: taps });
    const weightOf: Record<string, number> = {
      "crossEntropy.original": weights.crossEntropy,
      "neuronSelectivity.original": weights.neuronSelectivity,
    };
    return {
      taps: tapsOfPairs(pairs),
      extras: {},
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student"], views: ["original"], losses: Object.keys(weightOf) }],
      losses: ({ original }, { labels }) => ({
        "crossEntropy.original": crossEntropy(original!.student!.logits, labels),
        "neuronSelectivity.original": scope(() =>
          pairs.map((pair) => discrepancy(tensorsOfPair(pair, original!))).reduce((total, one) => add(total, one)),
        ),
      }),
      weight: (term) => weightOf[term]!,
    };
  }
}

/**
 * mean K(t,t) + mean K(s,s) - 2 mean K(s,t) with K(a,b) = (a·b)², means over images and pairs of channels. As
 * Σ_ij (a_i·b_j)² = ⟨AᵀA, BᵀB⟩ for the matrices [channels, places] of the channels, it is also the squared distance of
 * the [places, places] matrices AᵀA / channels, which are smaller where a map has many channels.
 */
function discrepancy(maps: { readonly teacher: TensorLike; readonly student: TensorLike }): Tensor {
  const [teacher, student] = atSmallerSize(maps.teacher, maps.student).map(channels) as [Tensor, Tensor];
  const [images, places, width] = student.shape as [number, number, number];
  if (places <= Math.min(width, teacher.shape[2]!)) {
    return divide(sum(square(subtract(ofPlaces(student), ofPlaces(teacher)))), images);
  }
  return subtract(add(kernel(teacher, teacher), kernel(student, student)), multiply(kernel(student, teacher), 2));
}

/** [B,H,W,C] -> [B,H·W,C]: each channel of an image of length 1. A channel that is 0 everywhere stays 0. */
function channels(map: TensorLike): Tensor {
  const [images = 0, height = 0, width = 0, count = 0] = map.shape;
  return l2Normalize(reshape(map, [images, height * width, count]), 1);
}

/** The mean of (a·b)² over images and pairs of channels; [B,P,C] and [B,P,D]. */
const kernel = (a: TensorLike, b: TensorLike): Tensor => mean(square(matrixMultiply(a, b, true)));

/** [B,P,C] -> [B,P,P]: the mean over the channels of the products of two places. */
const ofPlaces = (a: TensorLike): Tensor => divide(matrixMultiply(a, a, false, true), a.shape[2]!);
