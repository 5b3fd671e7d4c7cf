import { distillerMisfit, listed, type Distiller, type DistillerSubject, type PreparedDistiller } from "@kdf/core";
import { checkStudentClasses, stageMapPairs, tapPairsOption, tapsOfPairs, tensorsOfPair, type TapPair } from "@kdf/nn";
import { crossEntropy } from "@kdf/tensor";
import { z } from "zod";
import { singularVectorLoss } from "./singular-vector-loss.js";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  vectors: z.int().positive().default(1).describe("singular vectors of each of the teacher's maps; k in the paper"),
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      singularVectors: weight.default(1).describe("of the singular vectors"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Knowledge distillation by singular value decomposition (Lee et al. 2018): what is compared is how the main directions
 * of the features, over the channels, lie to those of the stage before.
 */
export class SingularVectorDistillation implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT without a teacher, with fewer than two pairs of maps, and for pairs of different channels. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { vectors, taps, weights } = this.#options;
    checkStudentClasses("kdsvd", subject);
    const pairs = stageMapPairs({ distiller: "kdsvd", subject, ...(taps !== undefined && { named: taps }) });
    checkPairs(pairs, vectors);
    return {
      taps: tapsOfPairs(pairs),
      extras: {},
      state: {},
      views: [],
      stages: [{ id: "distill", trains: ["student"], views: ["original"], losses: ["crossEntropy.original", "singularVectors.original"] }],
      losses: (views, { labels }) => {
        const original = views["original"]!;
        return {
          "crossEntropy.original": crossEntropy(original.student!.logits, labels),
          "singularVectors.original": singularVectorLoss(pairs.map((pair) => tensorsOfPair(pair, original)), vectors),
        };
      },
      weight: (term) => (term === "crossEntropy.original" ? weights.crossEntropy : weights.singularVectors),
    };
  }
}

function checkPairs(pairs: readonly TapPair[], vectors: number): void {
  const misfit = (problem: string, expected: string, fix: string): Error => distillerMisfit({ distiller: "kdsvd", problem, expected, fix });
  const naming = 'name the pairs: --set "kdsvd.taps=[{teacher: TAP, student: TAP}, {teacher: TAP, student: TAP}]"';
  if (pairs.length < 2) {
    throw misfit("there is one pair of maps", "two or more: each stage is compared with the one before", naming);
  }
  const channels = ({ shape }: TapPair["teacher"]): number => shape[2]!;
  const unequal = pairs.filter(({ teacher, student }) => channels(teacher) !== channels(student));
  if (unequal.length > 0) {
    const names = unequal.map(({ teacher, student }) => `${teacher.name} of ${channels(teacher)} and ${student.name} of ${channels(student)}`);
    throw misfit(
      `the teacher's and the student's channels differ: ${listed(names)}`,
      "maps with the same channels, whose singular vectors can be compared",
      "choose a student as wide as the teacher (resnet32x4 and resnet8x4, resnet14 and resnet8), or pairs of equal channels by kdsvd.taps",
    );
  }
  const small = pairs.find(({ teacher: { shape } }) => Math.min(shape[0]! * shape[1]!, shape[2]!) < vectors);
  if (small !== undefined) {
    const { name, shape } = small.teacher;
    throw misfit(
      `the map ${name} [${shape.join(", ")}] has ${Math.min(shape[0]! * shape[1]!, shape[2]!)} singular vectors, and kdsvd.vectors is ${vectors}`,
      "as many vectors as each map has, or fewer",
      "lower kdsvd.vectors; the published number is 1",
    );
  }
}
