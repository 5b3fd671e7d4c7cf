import { distillerMisfit, type Distiller, type DistillerSubject, type PreparedDistiller, type Stage, type TensorLike } from "@kdf/core";
import { atSmallerSize, checkStudentClasses, lastMapPair, tapPairsOption, tapsOfPairs, tensorsOfPair, type TapPair } from "@kdf/nn";
import { absolute, crossEntropy, l2Normalize, mean, reshape, scope, square, subtract, type Tensor } from "@kdf/tensor";
import { z } from "zod";
import { Paraphraser, Translator } from "./paraphraser.js";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  taps: tapPairsOption,
  paraphraseRate: z.number().positive().max(1).default(0.5).describe("channels of a factor, as a share of the teacher's"),
  paraphraserEpochs: z
    .int()
    .positive()
    .optional()
    .describe("epochs of the first stage; an eighth of the run's unless given, as published (30 and 240)"),
  paraphraserLearningRate: z.number().positive().default(0.01).describe("constant, in the first stage"),
  weights: z
    .strictObject({
      reconstruction: weight.default(1).describe("of the distance between the teacher's map and its reconstruction, in the first stage"),
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels, in the second stage"),
      factor: weight.default(200).describe("of the distance between the factors, in the second stage"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Factor transfer (Kim et al., NeurIPS 2018), in two stages. First a paraphraser learns, from the teacher's last map alone,
 * to say it in fewer channels. Then the student learns the labels, and with a translator of its own the same factors.
 */
export class FactorTransfer implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT without a teacher or its maps, and where the rate leaves a factor no channel. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    checkStudentClasses("ft", subject);
    const { taps, paraphraseRate, weights } = this.#options;
    const pair = lastMapPair({ distiller: "ft", subject, named: taps });
    const factors = factorsOf(pair, paraphraseRate);
    const paraphraser = new Paraphraser(pair.teacher.shape[2]!, factors, subject.streams.at("ft:paraphraser"));
    const translator = new Translator(pair.student.shape[2]!, factors, subject.streams.at("ft:translator"));
    const weightOf: Record<string, number> = {
      "reconstruction.original": weights.reconstruction,
      "crossEntropy.original": weights.crossEntropy,
      "factor.original": weights.factor,
    };
    return {
      taps: tapsOfPairs([pair]),
      extras: { paraphraser, translator },
      state: {},
      views: [],
      stages: this.#stages(subject),
      losses: ({ original }, { stage, labels }) => {
        if (stage === "paraphraser") return { "reconstruction.original": reconstructionDistance(original!.teacher!.taps[pair.teacher.name]!, paraphraser) };
        const { teacher, student } = tensorsOfPair(pair, original!);
        return {
          "crossEntropy.original": crossEntropy(original!.student!.logits, labels),
          "factor.original": scope(() => factorDistance(translator.factor(student), paraphraser.factor(teacher))),
        };
      },
      weight: (term) => weightOf[term]!,
    };
  }

  #stages({ epochs = 240 }: DistillerSubject): readonly Stage[] {
    const { paraphraserEpochs, paraphraserLearningRate } = this.#options;
    return [
      {
        id: "paraphraser",
        trains: ["extras.paraphraser"],
        views: ["original"],
        roles: ["teacher"],
        losses: ["reconstruction.original"],
        epochs: paraphraserEpochs ?? Math.max(1, Math.round(epochs / 8)),
        optimizer: { learningRate: paraphraserLearningRate },
        schedule: { id: "constant", warmupEpochs: 0 },
      },
      { id: "distill", trains: ["student", "extras.translator"], views: ["original"], losses: ["crossEntropy.original", "factor.original"] },
    ];
  }
}

/** The channels of a factor: the rate's share of the teacher's, rounded down. */
function factorsOf({ teacher }: TapPair, rate: number): number {
  const [, , channels = 0] = teacher.shape;
  const factors = Math.floor(channels * rate);
  if (factors > 0) return factors;
  throw distillerMisfit({
    distiller: "ft",
    problem: `a share of ${rate} of the ${channels} channels of the teacher's tap ${teacher.name} is less than one`,
    expected: "a factor of at least one channel",
    fix: `--set ft.paraphraseRate=${Math.ceil(1000 / channels) / 1000} or more`,
  });
}

function reconstructionDistance(map: TensorLike, paraphraser: Paraphraser): Tensor {
  return scope(() => mean(square(subtract(paraphraser.reconstruct(map), map))));
}

/** Mean absolute difference of what `direction` gives of both, at the smaller of their sizes. */
function factorDistance(student: TensorLike, teacher: TensorLike): Tensor {
  const [learned, taught] = atSmallerSize(student, teacher);
  return mean(absolute(subtract(direction(learned), direction(taught))));
}

/** [B,H,W,C] -> [B,H·W]: the mean over the channels of the squares, of length 1. */
function direction(factor: TensorLike): Tensor {
  const [images = 0, height = 0, width = 0] = factor.shape;
  return l2Normalize(reshape(mean(square(factor), 3), [images, height * width]), 1);
}
