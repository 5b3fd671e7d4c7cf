import {
  distillerMisfit,
  type Distiller,
  type DistillerSubject,
  type HostState,
  type LossContext,
  type PreparedDistiller,
  type StateUpdate,
  type TensorLike,
  type ViewOutputs,
} from "@kdf/core";
import { checkStudentClasses, Linear, pooledPair, tapPairsOption, tapsOfPairs, tensorsOfPair } from "@kdf/nn";
import { add, clone, crossEntropy, floats, greater, l2Normalize, multiply, scope, where, zeros } from "@kdf/tensor";
import { z } from "zod";
import { engineBank, hostBank, type Bank } from "./bank.js";
import { contrast, drawnOf, normalizingConstant, type Drawn } from "./contrast.js";
import { demandRoom } from "./demand-room.js";
import { Negatives } from "./negatives.js";

const weight = z.number().nonnegative();
const temperatures = { code: 0.07, paper: 0.1 };

export const options = z.strictObject({
  profile: z
    .enum(["code", "paper"])
    .default("code")
    .describe("whose temperature: 0.07 of the authors' code, with which the published results were made, or 0.1 of their paper"),
  temperature: z.number().positive().optional().describe("divides the scores, in place of the profile's temperature"),
  negatives: z.int().positive().default(16_384).describe("images of other classes that each image is contrasted with"),
  embeddingSize: z.int().positive().default(128).describe("length of the embeddings"),
  momentum: z.number().min(0).max(1).default(0.5).describe("share of a bank's row that stays when its image is seen again"),
  bank: z
    .enum(["engine", "host"])
    .default("engine")
    .describe("where the banks are kept: with the engine's tensors, or in the host's memory, sent to the engine in blocks at every step"),
  taps: tapPairsOption,
  weights: z
    .strictObject({
      crossEntropy: weight.default(1).describe("of the cross-entropy with the labels, original images"),
      contrast: weight.default(0.8).describe("of the contrastive loss, the sum of both directions"),
    })
    .prefault({}),
});
type Options = z.infer<typeof options>;

const models = ["student", "teacher"] as const;
type Model = (typeof models)[number];
const other = { student: "teacher", teacher: "student" } as const;
type Banks = Readonly<Record<Model, Bank>>;

/**
 * Contrastive representation distillation (Tian et al. 2020), as the authors' code has it with negatives of other classes.
 *
 * Each model's pooled features are embedded by a trained linear layer and scaled to length 1. A bank per model remembers an
 * embedding of every training image. The student's embedding of an image is to score higher with the image's row of the
 * teacher's bank than with the rows of K images of other classes, and the teacher's with the student's bank likewise. Then
 * the batch's rows of both banks move towards the new embeddings, outside of any gradient.
 */
export class ContrastiveRepresentationDistillation implements Distiller {
  readonly #options: Options;

  constructor(given: Options) {
    this.#options = given;
  }

  /**
   * Throws KDF_DISTILLER_MISFIT without a teacher, without pooled features, for a student of other classes than the data
   * set's, where a class leaves too few images of others, and where the banks do not fit.
   */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const { embeddingSize, negatives: count, taps, weights } = this.#options;
    const { classes, labels, trainingSize } = subject.dataset;
    const pair = pooledPair({ distiller: "crd", subject, ...(taps && { named: taps }) });
    checkStudentClasses("crd", subject);
    const negatives = new Negatives(labels, classes.length);
    demandNegatives(count, negatives, subject);
    demandRoom([trainingSize, embeddingSize], this.#options.bank, subject.engineLimits);

    const stream = (name: string) => subject.streams.at(`crd:${name}`);
    const embeddings = {
      student: new Linear({ inputs: pair.student.shape[0]!, outputs: embeddingSize }, stream("studentEmbedding")),
      teacher: new Linear({ inputs: pair.teacher.shape[0]!, outputs: embeddingSize }, stream("teacherEmbedding")),
    };
    const embed = (model: Model, view: ViewOutputs): TensorLike => l2Normalize(embeddings[model].forward(tensorsOfPair(pair, view)[model]), 1);
    const shape = [trainingSize, embeddingSize] as const;
    const initial = Object.fromEntries(models.map((model) => [bankOf(model), initialBank(shape, stream(bankOf(model)))]));
    const onHost: Record<string, HostState> | undefined =
      this.#options.bank === "host" ? Object.fromEntries(Object.entries(initial).map(([name, values]) => [name, { shape, values }])) : undefined;
    const draw = ({ rows, position }: LossContext): Drawn =>
      drawnOf(rows.indices, negatives.draw(rows.labels, count, subject.streams.at("crd:negatives", position)), trainingSize);
    const banks = ({ state }: LossContext): Banks => {
      const bank = (model: Model): Bank => (onHost === undefined ? engineBank(state[bankOf(model)]!) : hostBank(onHost[bankOf(model)]!));
      return { student: bank("student"), teacher: bank("teacher") };
    };

    return {
      taps: tapsOfPairs([pair]),
      extras: { studentEmbedding: embeddings.student, teacherEmbedding: embeddings.teacher },
      state: {
        ...(onHost === undefined && Object.fromEntries(Object.entries(initial).map(([name, values]) => [name, floats(values, shape)]))),
        studentConstant: zeros([1]),
        teacherConstant: zeros([1]),
      },
      ...(onHost && { hostState: onHost }),
      views: [],
      stages: [{ id: "distill", trains: ["student", "extras"], views: ["original"], losses: ["crossEntropy.original", "contrast.original"] }],
      losses: (views, context) => {
        const view = views["original"]!;
        const drawn = draw(context);
        const bank = banks(context);
        const directions = models.map((model) => {
          const constant = (embedded: TensorLike): TensorLike => this.#constant(model, embedded, bank, drawn, context);
          return contrast(embed(model, view), bank[other[model]], drawn, constant, this.#temperature);
        });
        return {
          "crossEntropy.original": crossEntropy(view.student!.logits, context.labels),
          "contrast.original": add(directions[0]!, directions[1]!),
        };
      },
      weight: (term) => (term === "contrast.original" ? weights.contrast : weights.crossEntropy),
      update: (views, context) => {
        const view = views["original"]!;
        const bank = banks(context);
        const embedded = { student: embed("student", view), teacher: embed("teacher", view) };
        const updates: Record<string, StateUpdate> = {};
        for (const model of models) {
          const rows = bank[model].rows(context.rows.indices);
          updates[bankOf(model)] = { rows: clone(context.indices), values: this.#moved(rows, embedded[model]) };
        }
        if (!isFirst(context)) return updates;
        const drawn = draw(context);
        for (const model of models) updates[constantOf(model)] = { value: this.#constant(model, embedded[model], bank, drawn, context) };
        return updates;
      },
    };
  }

  get #temperature(): number {
    return this.#options.temperature ?? temperatures[this.#options.profile];
  }

  /**
   * Z of a direction. 0 in the state stands for one that is not set: then, in the run's first step, it is computed of that
   * batch, alike in the losses and in the update that keeps it.
   */
  #constant(model: Model, embedded: TensorLike, bank: Banks, drawn: Drawn, context: LossContext): TensorLike {
    const kept = context.state[constantOf(model)]!;
    if (!isFirst(context)) return clone(kept);
    return scope(() => where(greater(kept, 0), kept, normalizingConstant(embedded, bank[other[model]], drawn, this.#temperature)));
  }

  /** L2norm(momentum·row + (1 - momentum)·embedding) */
  #moved(rows: TensorLike, embedded: TensorLike): TensorLike {
    const { momentum } = this.#options;
    return scope(() => l2Normalize(add(multiply(rows, momentum), multiply(embedded, 1 - momentum)), 1));
  }
}

const bankOf = (model: Model): string => `${model}Bank`;
const constantOf = (model: Model): string => `${model}Constant`;

/** Whether no step of the stage was taken before. */
const isFirst = ({ epoch, step }: LossContext): boolean => epoch === 0 && step === 0;

/** Uniform in ±1/√(D/3), as in the authors' code: of length 1 on the mean, and not scaled to it. */
function initialBank([length, size]: readonly [number, number], stream: { uniform(): number }): Float32Array {
  const bound = 1 / Math.sqrt(size / 3);
  const values = new Float32Array(length * size);
  for (let place = 0; place < values.length; place += 1) values[place] = (2 * stream.uniform() - 1) * bound;
  return values;
}

function demandNegatives(count: number, negatives: Negatives, { dataset }: DistillerSubject): void {
  const { classes, trainingSize } = dataset;
  const sizes = classes.map((_, label) => negatives.sizeOf(label));
  const largest = sizes.indexOf(Math.max(...sizes));
  const most = trainingSize - sizes[largest]!;
  if (count <= most) return;
  throw distillerMisfit({
    distiller: "crd",
    problem: `class ${classes[largest]} leaves ${most} images of other classes among the ${trainingSize} of the training split, and crd.negatives is ${count}`,
    expected: most === 0 ? "images of at least two classes" : `at most ${most} negatives, which are drawn without replacement`,
    fix: most === 0 ? "choose another data set or distiller" : `--set crd.negatives=${most}, the largest number that works, or a larger training split`,
  });
}
