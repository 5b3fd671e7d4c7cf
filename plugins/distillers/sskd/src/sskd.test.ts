import { parseOptions, type DistillerSubject, type ModelDescription, type PreparedDistiller, type TensorLike, type Views } from "@kdf/core";
import { createStreams, disposeAll, floats, inputGradients, integers, readNow, scope, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { options } from "./options.js";
import { SelfSupervisedDistillation } from "./sskd.js";

beforeAll(startReferenceEngine);

const model = (classes: number, taps: ModelDescription["taps"] = { pooled: [2] }): ModelDescription => ({
  network: "any", input: { size: 4, channels: 1, mean: [0], std: [1] }, classes, taps,
});
const subject: DistillerSubject = {
  teacher: model(2),
  student: model(2),
  dataset: { classes: ["a", "b"], trainingSize: 4, labels: Int32Array.of(0, 1, 0, 1) },
  augmented: false,
  streams: createStreams(0),
};

async function prepare(given: object = {}, changes: Partial<DistillerSubject> = {}): Promise<PreparedDistiller> {
  return new SelfSupervisedDistillation(await parseOptions(options, given, "distiller sskd")).prepare({ ...subject, ...changes });
}

/** Heads that give features back as they are, where these are not negative. */
async function withPlainHeads(given: object = {}): Promise<PreparedDistiller> {
  const prepared = await prepare(given);
  for (const head of Object.values(prepared.extras)) {
    for (const [name, parameter] of head.parameters()) {
      const value = name.endsWith("weight") ? floats([1, 0, 0, 1], [2, 2]) : floats([0, 0], [2]);
      parameter.assign(value);
      value.dispose();
    }
  }
  return prepared;
}

const dispose = ({ extras }: PreparedDistiller): void => Object.values(extras).forEach((head) => head.dispose());

type Rows = readonly (readonly number[])[];
interface Features {
  readonly original: Rows;
  readonly rotated: Rows;
}

const zeros = (rows: number): Rows => Array.from({ length: rows }, () => [0, 0]);
const tensorOf = (rows: Rows): TensorLike => floats(rows.flat(), [rows.length, 2]);

/** The terms, and the gradient of their sum in the student's features on both views. */
function evaluate(prepared: PreparedDistiller, stage: string, features: Readonly<Record<"teacher" | "student", Features>>, teacherLogits?: Rows) {
  const size = features.teacher.original.length;
  const outputs = (role: "teacher" | "student", view: "original" | "rotated") => {
    const rows = features[role][view];
    const logits = role === "teacher" && view === "rotated" && teacherLogits !== undefined ? teacherLogits : zeros(rows.length);
    return { logits: tensorOf(logits), taps: { pooled: tensorOf(rows) } };
  };
  const views = {
    original: { teacher: outputs("teacher", "original"), student: outputs("student", "original") },
    rotated: { teacher: outputs("teacher", "rotated"), student: outputs("student", "rotated") },
  };
  const rows = { labels: new Int32Array(size), indices: Int32Array.from({ length: size }, (_, row) => row) };
  const context = {
    labels: integers(rows.labels, [size]), indices: integers(rows.indices, [size]), rows,
    state: {}, stage, epoch: 0, step: 0, position: { stage: 0, epoch: 0, step: 0 },
  };
  const terms = scope(() => prepared.losses(views as Views, context) as never) as Record<string, TensorLike>;
  const values = Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, readNow(term)[0]!]));
  const gradientOf = (term: string): number[] => {
    const { value, gradients } = inputGradients(
      ([original, rotated]) =>
        prepared.losses(
          {
            original: { ...views.original, student: { ...views.original.student, taps: { pooled: original! } } },
            rotated: { ...views.rotated, student: { ...views.rotated.student, taps: { pooled: rotated! } } },
          },
          context,
        )[term]!,
      [views.original.student.taps.pooled, views.rotated.student.taps.pooled],
    );
    const numbers = gradients.flatMap((gradient) => [...readNow(gradient)]);
    disposeAll([value, ...gradients]);
    return numbers;
  };
  const gradient = stage === "head" ? [] : gradientOf("similarity.rotated");
  disposeAll([terms, views as never, context.labels, context.indices]);
  return { values, gradient };
}

// Two images whose features are at a right angle. Of the first, two rotations are like it and one is like the other; of the
// second, one is like it, one like both, which puts the first image before it, and one like the other.
const original = [[1, 0], [0, 1]];
const teacher = { original, rotated: [[3, 0], [1, 0], [0, 2], [0, 1], [1, 1], [1, 0]] };
const student = { original, rotated: Array.from({ length: 6 }, () => [1, 0]) };

describe("similarities, by hand", () => {
  it("teach the head by cross-entropy without a temperature", async () => {
    const before = tensorCount();
    const prepared = await withPlainHeads();
    const { values } = evaluate(prepared, "head", { teacher, student });
    const [like, unlike, both] = [Math.log(1 + Math.exp(-1)), Math.log(1 + Math.E), Math.log(1 + 1)];
    expect(values["crossEntropy.head"]).toBeCloseTo((3 * like + 2 * unlike + both) / 6, 6);
    expect(Object.keys(values)).toEqual(prepared.stages[0]!.losses);
    dispose(prepared);
    expect(tensorCount()).toBe(before);
  });

  it("teach the student at temperature 0.5 where the teacher is right, and where it is wrong in three of four rows", async () => {
    const prepared = await withPlainHeads();
    const { values } = evaluate(prepared, "distill", { teacher, student });
    expect(Object.keys(values)).toEqual(prepared.stages[1]!.losses);
    // Student: softmax(2, 0). Teacher: the same, or (0, 2), or equal. Three rows are right; floor(0.75 · 3) wrong ones stay.
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
    const turned = 2 * Math.tanh(1);
    const both = -Math.log(2) - 0.5 * (Math.log(sigmoid(2)) + Math.log(sigmoid(-2)));
    expect(values["similarity.rotated"]).toBeCloseTo((0.25 * (0 + 0 + turned + turned + both)) / 5, 6);
    dispose(prepared);
  });

  it("of one image say nothing: 0 in both stages, with a gradient of 0", async () => {
    const prepared = await prepare();
    const one = { original: [[1, 2]], rotated: [[2, 1], [0, 3], [1, 1]] };
    expect(evaluate(prepared, "head", { teacher: one, student: one }).values["crossEntropy.head"]).toBeCloseTo(0, 12);
    const { values, gradient } = evaluate(prepared, "distill", { teacher: one, student: one });
    expect(values["similarity.rotated"]).toBeCloseTo(0, 12);
    expect(gradient.every((part) => part === 0)).toBe(true);
    dispose(prepared);
  });

  it("of features that are all zero are 0, with a finite gradient", async () => {
    const prepared = await withPlainHeads();
    const nothing = { original: zeros(2), rotated: zeros(6) };
    const { values, gradient } = evaluate(prepared, "distill", { teacher: nothing, student: nothing });
    expect(values["similarity.rotated"]).toBeCloseTo(0, 12);
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(evaluate(prepared, "head", { teacher: nothing, student: nothing }).values["crossEntropy.head"]).toBeCloseTo(Math.log(2), 6);
    dispose(prepared);
  });

  it("are 0 where the teacher is wrong everywhere and nothing wrong is kept", async () => {
    const prepared = await withPlainHeads({ kept: { similarity: 0, rotated: 0 } });
    const wrong = { original, rotated: [[0, 1], [0, 1], [0, 1], [1, 0], [1, 0], [1, 0]] };
    // The labels are all 0, the teacher says 1.
    const { values } = evaluate(prepared, "distill", { teacher: wrong, student }, Array.from({ length: 6 }, () => [0, 1]));
    expect(values["similarity.rotated"]).toBeCloseTo(0, 12);
    expect(values["divergence.rotated"]).toBeCloseTo(0, 12);
    dispose(prepared);
  });

  it("are not a number where a feature is none, so that the run stops", async () => {
    const prepared = await withPlainHeads();
    const broken = { original, rotated: [[Number.NaN, 0], ...teacher.rotated.slice(1)] };
    expect(evaluate(prepared, "distill", { teacher: broken, student }).values["similarity.rotated"]).toBeNaN();
    expect(evaluate(prepared, "distill", { teacher, student: broken }).values["similarity.rotated"]).toBeNaN();
    expect(evaluate(prepared, "head", { teacher: broken, student }).values["crossEntropy.head"]).toBeNaN();
    dispose(prepared);
  });
});

describe("stages", () => {
  const headStage = async (given: object, epochs?: number) => {
    const prepared = await prepare(given, epochs === undefined ? {} : { epochs });
    dispose(prepared);
    return prepared.stages[0]!;
  };

  it("first the head, on the teacher alone, by the published rate and steps; then the student and its head", async () => {
    const prepared = await prepare({}, { epochs: 240 });
    expect(prepared.stages).toMatchObject([
      {
        id: "head", trains: ["extras.teacherHead"], roles: ["teacher"], epochs: 60,
        optimizer: { id: "sgd", learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4 },
        schedule: { id: "step", milestones: [30, 45], gamma: 0.1 },
      },
      { id: "distill", trains: ["student", "extras.studentHead"], views: ["original", "rotated"] },
    ]);
    expect(prepared.stages[1]).not.toHaveProperty("epochs");
    expect(prepared.views[0]).toMatchObject({ id: "rotated", from: "raw", normGroup: "original" });
    dispose(prepared);
  });

  it.each([[240, 60], [480, 120], [100, 25], [10, 3], [1, 1], [undefined, 60]])("of a run of %s epochs the head has %d", async (run, epochs) => {
    expect(await headStage({}, run)).toMatchObject({ epochs, schedule: { milestones: [epochs / 2, (epochs * 3) / 4] } });
  });

  it("the head's epochs, rate and milestones are options", async () => {
    const head = { epochs: 30, learningRate: 0.1, milestones: [10, 20] };
    expect(await headStage({ head }, 7)).toMatchObject({ epochs: 30, optimizer: { learningRate: 0.1 }, schedule: { milestones: [10, 20] } });
  });
});

describe("what does not fit", () => {
  it.each<[string, Partial<DistillerSubject>]>([
    ["a teacher without taps", { teacher: model(2, {}) }],
    ["a student of other classes", { student: model(3) }],
    ["a teacher of other classes", { teacher: model(3) }],
  ])("is refused: %s", async (_, changes) => {
    const before = tensorCount();
    await expect(prepare({}, changes)).rejects.toMatchObject({ code: "KDF_DISTILLER_MISFIT" });
    expect(tensorCount()).toBe(before);
  });
});

it("weighs 0.1, 0.9, 2.7 and 10, or by option", async () => {
  const at = { stage: "distill", epoch: 3, epochs: 5 };
  const prepared = await prepare();
  expect(prepared.stages[1]!.losses.map((term) => prepared.weight(term, at))).toEqual([0.1, 0.9, 2.7, 10]);
  dispose(prepared);
  const other = await prepare({ weights: { crossEntropy: 1, divergenceRotated: 2 } });
  expect(other.stages[1]!.losses.map((term) => other.weight(term, at))).toEqual([1, 0.9, 2, 10]);
  expect(other.weight("crossEntropy.head", { ...at, stage: "head" })).toBe(1);
  dispose(other);
});
