import type { Distiller, DistillerSubject, PreparedDistiller, Stage, TensorLike, ViewOutputs } from "@kdf/core";
import { checkStudentClasses, MapRegressor, preactivationPairs, tapPairsOption, tapsOfPairs, tensorsOfPair, type TapPair } from "@kdf/nn";
import { add, crossEntropy, greater, multiply, rectifiedLinear, scope, square, subtract, sum, toFloat, type Tensor } from "@kdf/tensor";
import { z } from "zod";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  taps: tapPairsOption,
  margin: z.number().positive().default(1).describe("how far beyond 0 the student's response shall be on the teacher's side of it"),
  initialisationEpochs: z
    .int()
    .positive()
    .optional()
    .describe("epochs of the first stage; an eighth of the run's unless given, as published (30 and 240)"),
  weights: z
    .strictObject({
      activationBoundaries: weight.default(1).describe("of the distance from the teacher's activation boundaries, in the first stage"),
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels, in the second stage"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/** Of a loss that is a sum over all responses of an image. */
const scale = 3 / 1000;

/**
 * Activation boundaries (Heo et al., AAAI 2019, equation 5), in two stages. First the student's features learn, by maps
 * before the ReLU and without labels, to be above 0 where the teacher's are and below 0 where they are not; the classifier,
 * which the term does not reach, stays as it is. Then the student learns the labels.
 */
export class ActivationBoundaries implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /**
   * Throws KDF_DISTILLER_MISFIT without a teacher, where the maps of teacher and student make no pairs, and where no
   * convolution brings one to the other's shape.
   */
  prepare(subject: DistillerSubject): PreparedDistiller {
    checkStudentClasses("ab", subject);
    const { taps, margin, weights } = this.#options;
    const pairs = preactivationPairs({ distiller: "ab", subject, named: taps });
    const connectors = connectorsOf(pairs, subject);
    const weightOf: Record<string, number> = {
      "activationBoundaries.original": weights.activationBoundaries,
      "crossEntropy.original": weights.crossEntropy,
    };
    return {
      taps: tapsOfPairs(pairs),
      extras: connectors,
      state: {},
      views: [],
      stages: this.#stages(subject, Object.keys(connectors).length > 0),
      losses: ({ original }, { stage, labels }) =>
        stage === "initialise"
          ? { "activationBoundaries.original": distanceFrom(pairs, connectors, margin, original!) }
          : { "crossEntropy.original": crossEntropy(original!.student!.logits, labels) },
      weight: (term) => weightOf[term]!,
    };
  }

  #stages({ epochs = 240 }: DistillerSubject, connects: boolean): readonly Stage[] {
    return [
      {
        id: "initialise",
        trains: connects ? ["student", "extras"] : ["student"],
        views: ["original"],
        losses: ["activationBoundaries.original"],
        epochs: this.#options.initialisationEpochs ?? Math.max(1, Math.round(epochs / 8)),
        schedule: { id: "constant", warmupEpochs: 0 },
      },
      { id: "distill", trains: ["student"], views: ["original"], roles: ["student"], losses: ["crossEntropy.original"] },
    ];
  }
}

type Connectors = Readonly<Record<string, MapRegressor>>;

const connectorOf = (place: number): string => `connector${place}`;

/** What brings a student's map to the teacher's shape, where the two differ: by the place of the pair, from 0. */
function connectorsOf(pairs: readonly TapPair[], { streams }: DistillerSubject): Connectors {
  const connectors: Record<string, MapRegressor> = {};
  try {
    pairs.forEach((pair, place) => {
      const name = connectorOf(place);
      if (pair.student.shape.join() === pair.teacher.shape.join()) return;
      connectors[name] = new MapRegressor(pair, { distiller: "ab", stream: streams.at(`ab:${name}`), rectified: false });
    });
  } catch (error) {
    for (const connector of Object.values(connectors)) connector.dispose();
    throw error;
  }
  return connectors;
}

/** Of all pairs, a later one counting twice as much as the one before it, the last once: the mean over the images. */
function distanceFrom(pairs: readonly TapPair[], connectors: Connectors, margin: number, view: ViewOutputs): Tensor {
  return scope(() => {
    const distances = pairs.map((pair, place): TensorLike => {
      const { teacher, student } = tensorsOfPair(pair, view);
      const connected = connectors[connectorOf(place)]?.forward(student) ?? student;
      const images = teacher.shape[0] ?? 1;
      return multiply(boundaryDistance(connected, teacher, margin), (scale * 2 ** (place + 1 - pairs.length)) / images);
    });
    return distances.reduce((total, distance) => add(total, distance)) as Tensor;
  });
}

/** Σ max(0, margin - s)² where the teacher's response is above 0, and max(0, margin + s)² where it is not. */
function boundaryDistance(student: TensorLike, teacher: TensorLike, margin: number): Tensor {
  const side = subtract(multiply(toFloat(greater(teacher, 0)), 2), 1);
  return sum(square(rectifiedLinear(subtract(margin, multiply(side, student)))));
}
