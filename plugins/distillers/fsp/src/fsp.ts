import { distillerMisfit, listed, type Distiller, type DistillerSubject, type PreparedDistiller, type Role, type Stage, type TensorLike, type ViewOutputs } from "@kdf/core";
import { atSmallerSize, checkStudentClasses, mapPairs, tapPairsOption, tapsOfPairs, tensorsOfPair, type TapPair } from "@kdf/nn";
import { add, crossEntropy, divide, matrixMultiply, mean, reshape, scope, square, subtract, type Tensor } from "@kdf/tensor";
import { z } from "zod";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  taps: tapPairsOption,
  initialisationEpochs: z
    .int()
    .positive()
    .optional()
    .describe("epochs of the first stage; an eighth of the run's unless given, as published (30 and 240)"),
  weights: z
    .strictObject({
      flow: weight.default(1).describe("of the distance between the matrices of teacher and student, in the first stage"),
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels, in the second stage"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Flow of the solution procedure (Yim et al., CVPR 2017, equations 1 and 2), in two stages. First the student's features
 * learn, without labels, to have the teacher's products of consecutive maps; the classifier, which the term does not reach,
 * stays as it is. Then the student learns the labels.
 */
export class FlowOfSolution implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT without a teacher, for fewer than two pairs of maps, and where channels differ in a pair. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    checkStudentClasses("fsp", subject);
    const { taps, weights } = this.#options;
    const pairs = mapPairs({ distiller: "fsp", subject, named: taps });
    checkPairs(pairs, subject);
    const weightOf: Record<string, number> = { "flow.original": weights.flow, "crossEntropy.original": weights.crossEntropy };
    return {
      taps: tapsOfPairs(pairs),
      extras: {},
      state: {},
      views: [],
      stages: this.#stages(subject),
      losses: ({ original }, { stage, labels }) =>
        stage === "initialise"
          ? { "flow.original": scope(() => flowDistance(pairs, original!)) }
          : { "crossEntropy.original": crossEntropy(original!.student!.logits, labels) },
      weight: (term) => weightOf[term]!,
    };
  }

  #stages({ epochs = 240 }: DistillerSubject): readonly Stage[] {
    return [
      {
        id: "initialise",
        trains: ["student"],
        views: ["original"],
        losses: ["flow.original"],
        epochs: this.#options.initialisationEpochs ?? Math.max(1, Math.round(epochs / 8)),
        schedule: { id: "constant", warmupEpochs: 0 },
      },
      { id: "distill", trains: ["student"], views: ["original"], roles: ["student"], losses: ["crossEntropy.original"] },
    ];
  }
}

/** Σ over consecutive maps of the mean squared difference of teacher's and student's matrices. */
function flowDistance(pairs: readonly TapPair[], view: ViewOutputs): Tensor {
  const maps = pairs.map((pair) => tensorsOfPair(pair, view));
  const flows = (role: Role): Tensor[] => maps.slice(1).map((top, place) => flow(maps[place]![role], top[role]));
  const taught = flows("teacher");
  return flows("student")
    .map((learned, place) => mean(square(subtract(learned, taught[place]!))))
    .reduce((total, distance) => add(total, distance));
}

/** Maps [B,H,W,C], [B,H',W',D] -> [B,D,C]: the mean over the places of the smaller map of the product of two channels. */
function flow(bottom: TensorLike, top: TensorLike): Tensor {
  const [low, high] = atSmallerSize(bottom, top);
  const [images = 0, height = 0, width = 0] = low.shape;
  const places = height * width;
  const flat = (map: TensorLike): Tensor => reshape(map, [images, places, map.shape[3] ?? 0]);
  return divide(matrixMultiply(flat(high), flat(low), true), places);
}

function checkPairs(pairs: readonly TapPair[], { teacher, student }: DistillerSubject): void {
  const channels = ({ shape }: TapPair[Role]): number => shape[2] ?? 0;
  const fitting = pairs.filter((pair) => channels(pair.teacher) === channels(pair.student));
  const name = ({ teacher: { name: taught }, student: { name: learned } }: TapPair): string => `{teacher: ${taught}, student: ${learned}}`;
  if (pairs.length < 2) {
    throw distillerMisfit({
      distiller: "fsp",
      problem: `it compares what lies between two maps, and there is the pair ${pairs.map(name).join()} alone`,
      expected: "at least two pairs of maps",
      fix: "name more pairs in fsp.taps, or choose another teacher or student",
    });
  }
  if (fitting.length === pairs.length) return;
  const differing = pairs.filter((pair) => !fitting.includes(pair));
  const others = "choose networks of one family and width, as resnet56 and resnet20, resnet32x4 and resnet8x4, wrn_40_2 and wrn_16_2, vgg13 and vgg8";
  throw distillerMisfit({
    distiller: "fsp",
    problem: listed(differing.map((pair) => `the tap ${pair.teacher.name} of ${teacher!.network} has ${channels(pair.teacher)} channels and ${pair.student.name} of ${student.network} ${channels(pair.student)}`)),
    expected: "in each pair as many channels of the teacher's map as of the student's",
    fix: fitting.length < 2 ? others : `name the pairs that fit: --set "fsp.taps=[${fitting.map(name).join(", ")}]"; or ${others}`,
  });
}
