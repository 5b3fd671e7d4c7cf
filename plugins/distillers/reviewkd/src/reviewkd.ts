import type { Distiller, DistillerSubject, PreparedDistiller, TensorLike, ViewOutputs } from "@kdf/core";
import { checkStudentClasses, pooledPair, preactivationPairs, stageMapPairs, tapPairsOption, tapsOfPairs, tensorsOfPair, type TapPair } from "@kdf/nn";
import { add, crossEntropy, reshape } from "@kdf/tensor";
import { z } from "zod";
import { AttentionFusion } from "./attention-fusion.js";
import { hierarchicalContext } from "./hierarchical-context.js";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  warmupEpochs: z.int().nonnegative().default(20).describe("epochs over which the weight of the review grows to what is given; 0: none"),
  middleChannels: z.int().positive().default(512).describe("most channels of what one fusion passes on to the next"),
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      review: weight.default(5).describe("of the review; the table of published weights has others"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Knowledge review (Chen et al. 2021): from the pooled features up, each map of the student is fused with all that are
 * deeper and compared with the teacher's map of that stage before its ReLU. The fusions train with the student.
 */
export class KnowledgeReview implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT without a teacher, without maps and pooled vectors of both, and for lists of different lengths. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { warmupEpochs, weights } = this.#options;
    checkStudentClasses("reviewkd", subject);
    const pairs = reviewedPairs(subject, this.#options);
    const fusions = this.#fusions(pairs, subject);
    return {
      taps: tapsOfPairs(pairs),
      extras: Object.fromEntries(fusions.map((fusion, place) => [`fusion${place}`, fusion])),
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student", "extras"], views: ["original"], losses: ["crossEntropy.original", "review.original"] }],
      losses: (views, { labels }) => {
        const original = views["original"]!;
        return {
          "crossEntropy.original": crossEntropy(original.student!.logits, labels),
          "review.original": review(pairs, fusions, original),
        };
      },
      weight: (term, { epoch }) =>
        term === "review.original" ? weights.review * (epoch + 1 < warmupEpochs ? (epoch + 1) / warmupEpochs : 1) : weights.crossEntropy,
    };
  }

  /** One for each pair; the deepest has nothing to mix in. */
  #fusions(pairs: readonly TapPair[], { streams }: DistillerSubject): readonly AttentionFusion[] {
    const stream = streams.at("reviewkd:fusions");
    const channels = (shape: readonly number[]): number => shape.at(-1)!;
    const middle = Math.min(this.#options.middleChannels, channels(pairs.at(-1)!.student.shape));
    return pairs.map(({ teacher, student }, place) => {
      const [height, width] = teacher.shape.length === 3 ? teacher.shape : [1, 1];
      const mixes = place < pairs.length - 1;
      return new AttentionFusion(
        { inputs: channels(student.shape), middle, outputs: channels(teacher.shape), height: height!, width: width!, mixes },
        stream,
      );
    });
  }
}

/** In network order: maps of stages, the teacher's before their ReLU, and at last the pooled vectors. */
function reviewedPairs(subject: DistillerSubject, { taps }: Options): readonly TapPair[] {
  const question = { distiller: "reviewkd", subject };
  const named = { ...question, ...(taps !== undefined && { named: taps }) };
  const before = preactivationPairs(named);
  return [...stageMapPairs(named).map((pair, place) => ({ ...pair, teacher: before[place]!.teacher })), pooledPair(question)];
}

/** The sum over the pairs, from the deepest up. */
function review(pairs: readonly TapPair[], fusions: readonly AttentionFusion[], view: ViewOutputs): TensorLike {
  let deeper: TensorLike | undefined;
  const losses = pairs.map((pair, place) => ({ pair, fusion: fusions[place]! })).reverse().map(({ pair, fusion }) => {
    const { teacher, student } = tensorsOfPair(pair, view);
    const { output, passed } = fusion.forward(asMap(student), deeper);
    deeper = passed;
    return hierarchicalContext(output, asMap(teacher));
  });
  return losses.reduce((sum, loss) => add(sum, loss));
}

/** A vector [B,C] as a map of one place. */
const asMap = (features: TensorLike): TensorLike =>
  features.shape.length === 4 ? features : reshape(features, [features.shape[0]!, 1, 1, features.shape[1]!]);
