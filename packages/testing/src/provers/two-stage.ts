import {
  distillerMisfit,
  type BatchInfo,
  type Distiller,
  type DistillerSubject,
  type ExtraView,
  type Json,
  type LossContext,
  type PreparedDistiller,
  type RandomStream,
  type Stage,
  type StateUpdate,
  type TensorLike,
  type Views,
} from "@kdf/core";
import { Linear } from "@kdf/nn";
import {
  add,
  clone,
  crossEntropy,
  divergence,
  gather,
  mean,
  multiply,
  reverse,
  scope,
  square,
  subtract,
  zeros,
} from "@kdf/tensor";
import { z } from "zod";

export const twoStageOptions = z.strictObject({
  headEpochs: z.int().positive().default(1).describe("epochs of the first stage"),
  memory: z.number().min(0).max(1).default(0.5).describe("share of what the bank remembers when it learns"),
});
export type TwoStageOptions = z.infer<typeof twoStageOptions>;

/**
 * No way to distil well; every seam of the contract at once.
 * - Two stages: first a trainable extra alone, the student frozen; then student and extra together.
 * - A bank of the teacher's logits, addressed and updated by index, and a running mean that is replaced whole.
 * - A view made from the raw batch, with a plan of its own, in the norm group of the original view.
 * - A weight that grows over the epochs; an optimizer and a schedule of a stage's own.
 */
export class TwoStage implements Distiller {
  readonly #options: TwoStageOptions;

  constructor(options: TwoStageOptions) {
    this.#options = options;
  }

  /** Throws KDF_DISTILLER_MISFIT without a teacher, for a student without the tap `pooled`, and for other classes. */
  prepare(subject: DistillerSubject): PreparedDistiller {
    const inputs = pooledSize(subject);
    const classes = subject.dataset.classes.length;
    const head = new Linear({ inputs, outputs: classes }, subject.streams.at("two-stage:head"));
    const augmented = subject.augmented ? ["augmented"] : [];
    return {
      taps: { teacher: [], student: ["pooled"] },
      extras: { head },
      state: { bank: zeros([subject.dataset.trainingSize, classes]), centre: zeros([classes]) },
      views: [new TurnedView()],
      stages: this.#stages(augmented),
      losses: (views, context) =>
        context.stage === "head" ? headLosses(head, views, context) : distillLosses(head, views, context, augmented),
      weight: (term, { stage, epoch, epochs }) => (stage === "distill" && term === "distance.bank" ? epoch / epochs : 1),
      update: (views, context) => this.#update(views, context),
    };
  }

  #stages(augmented: readonly string[]): readonly Stage[] {
    return [
      {
        id: "head",
        trains: ["extras.head"],
        views: ["original"],
        losses: ["crossEntropy.head"],
        epochs: this.#options.headEpochs,
        optimizer: { id: "adamw", learningRate: 0.01 },
        schedule: { id: "constant", warmupEpochs: 0 },
      },
      {
        id: "distill",
        trains: ["student", "extras"],
        views: ["original", "turned", ...augmented],
        losses: [
          "crossEntropy.original",
          "crossEntropy.head",
          "divergence.original",
          "distance.bank",
          "distance.turned",
          ...augmented.map((view) => `divergence.${view}`),
        ],
      },
    ];
  }

  /** bank[index] <- memory·bank[index] + (1 - memory)·logits; centre <- 0.9·centre + 0.1·mean of the logits. */
  #update(views: Views, { indices, state }: LossContext): Readonly<Record<string, StateUpdate>> {
    const { memory } = this.#options;
    const { logits } = views["original"]!.teacher!;
    return {
      bank: {
        rows: clone(indices),
        values: scope(() => add(multiply(gather(state["bank"]!, indices), memory), multiply(logits, 1 - memory))),
      },
      centre: { value: scope(() => add(multiply(state["centre"]!, 0.9), multiply(mean(logits, 0), 0.1))) },
    };
  }
}

function headLosses(head: Linear, views: Views, { labels }: LossContext): Record<string, TensorLike> {
  return { "crossEntropy.head": crossEntropy(head.forward(views["original"]!.student!.taps["pooled"]!), labels) };
}

function distillLosses(
  head: Linear,
  views: Views,
  context: LossContext,
  augmented: readonly string[],
): Record<string, TensorLike> {
  const { labels, indices, state } = context;
  const original = views["original"]!;
  const student = original.student!;
  const distance = (a: TensorLike, b: TensorLike): TensorLike => mean(square(subtract(a, b)));
  const centred = subtract(student.logits, state["centre"]!);
  return {
    ...headLosses(head, views, context),
    "crossEntropy.original": crossEntropy(student.logits, labels),
    "divergence.original": divergence(original.teacher!.logits, student.logits, 4),
    "distance.bank": distance(centred, gather(state["bank"]!, indices)),
    "distance.turned": distance(student.taps["pooled"]!, views["turned"]!.student!.taps["pooled"]!),
    ...Object.fromEntries(
      augmented.map((view) => [`divergence.${view}`, divergence(views[view]!.teacher!.logits, views[view]!.student!.logits, 4)]),
    ),
  };
}

/** The raw images, turned upside down or not, by one draw for the batch. The student alone sees it. */
class TurnedView implements ExtraView {
  readonly id = "turned";
  readonly from = "raw";
  readonly roles = ["student"] as const;
  readonly normGroup = "original";

  sample(stream: RandomStream, _info: BatchInfo): Json {
    return { turned: stream.integer(2) === 1 };
  }

  apply(plan: Json, images: TensorLike): TensorLike {
    const { turned } = plan as { readonly turned: boolean };
    return turned ? scope(() => reverse(reverse(images, 1), 2)) : clone(images);
  }
}

function pooledSize({ teacher, student, dataset }: DistillerSubject): number {
  const classes = dataset.classes.length;
  const size = student.taps["pooled"]?.[0];
  const fits = teacher?.classes === classes && student.classes === classes;
  if (fits && size !== undefined) return size;
  const otherwise = size === undefined ? "the student has no tap pooled" : `the data set has ${classes} classes, a model has others`;
  throw distillerMisfit({
    distiller: "two-stage",
    problem: teacher === undefined ? "it learns from a teacher, and there is none" : otherwise,
    expected: "a teacher, and a student with the tap pooled, both with the data set's classes",
    fix: "--teacher boring --student boring",
  });
}
