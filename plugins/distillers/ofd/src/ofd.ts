import { distillerMisfit, listed, type Distiller, type DistillerSubject, type PreparedDistiller, type TensorLike } from "@kdf/core";
import { checkStudentClasses, preactivationPairs, tapPairsOption, tapsOfPairs, tensorsOfPair, type TapPair } from "@kdf/nn";
import { add, crossEntropy, floats, multiply } from "@kdf/tensor";
import { z } from "zod";
import { Connector } from "./connector.js";
import { margin } from "./margin.js";
import { partialDistance } from "./partial-distance.js";

const weight = z.number().nonnegative();

export const options = z.strictObject({
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels"),
      features: weight.default(0.001).describe("of the distance between the maps; 0.0001 on ImageNet"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

/**
 * Overhaul of feature distillation (Heo et al. 2019): maps before their ReLU, the student's through a connector each. What
 * the teacher has below a margin, which a ReLU cuts anyway, only bounds the student's values.
 */
export class FeatureOverhaul implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /** Throws KDF_DISTILLER_MISFIT without a teacher, for lists of different lengths, and where no batch norm is known of a teacher's map. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { taps, weights } = this.#options;
    checkStudentClasses("ofd", subject);
    const pairs = preactivationPairs({ distiller: "ofd", subject, named: taps });
    const margins = pairs.map((pair) => marginsOf(pair, subject));
    const stream = subject.streams.at("ofd:connectors");
    const connectors = pairs.map(({ teacher, student }) => new Connector(student.shape[2]!, teacher.shape[2]!, stream));
    return {
      taps: tapsOfPairs(pairs),
      extras: Object.fromEntries(connectors.map((connector, place) => [`connector${place}`, connector])),
      state: Object.fromEntries(margins.map((values, place) => [`margin${place}`, floats(values, [values.length])])),
      views: [],
      stages: [{ id: "distill", trains: ["student", "extras"], views: ["original"], losses: ["crossEntropy.original", "features.original"] }],
      losses: (views, { labels, state }) => {
        const original = views["original"]!;
        const distances = pairs.map((pair, place): TensorLike => {
          const { teacher, student } = tensorsOfPair(pair, original);
          const distance = partialDistance(connectors[place]!.forward(student), teacher, state[`margin${place}`]!);
          return multiply(distance, 2 ** (place + 1 - pairs.length));
        });
        return {
          "crossEntropy.original": crossEntropy(original.student!.logits, labels),
          "features.original": distances.reduce((sum, distance) => add(sum, distance)),
        };
      },
      weight: (term) => (term === "crossEntropy.original" ? weights.crossEntropy : weights.features),
    };
  }
}

/** [C]: of each channel of the teacher's map. */
function marginsOf({ teacher: { name } }: TapPair, { teacher, teacherNorms = {} }: DistillerSubject): Float32Array {
  const norm = teacherNorms[name];
  if (norm !== undefined) return norm.bias.map((mean, channel) => margin(mean, Math.abs(norm.weight[channel]!)));
  const known = Object.keys(teacherNorms);
  throw distillerMisfit({
    distiller: "ofd",
    problem: `the teacher ${teacher!.network} names no batch norm that made its map ${name}`,
    expected: known.length === 0 ? "a teacher whose batch norms are known: margins come from their scale and shift" : `taps among ${listed(known)}`,
    fix:
      known.length === 0
        ? "choose a ResNet, wide ResNet, VGG or MobileNetV2 of the zoos as the teacher, with its weights in the engine, or another distiller such as --distiller ab"
        : 'name the pairs: --set "ofd.taps=[{teacher: TAP, student: TAP}]"',
  });
}
