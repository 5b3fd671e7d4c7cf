import { parseOptions, type DistillerSubject, type ModelDescription } from "@kdf/core";
import { add, createStreams, divergence, floats, inputGradients, integers, multiply, readNow, scope, startReferenceEngine, type Tensor } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { decoupledDivergence } from "./decoupled.js";
import { DecoupledDistillation, options } from "./dkd.js";

beforeAll(startReferenceEngine);

const model = (classes: number): ModelDescription => ({
  network: "any", input: { size: 4, channels: 1, mean: [0], std: [1] }, classes, taps: {},
});

function subject(classes: number, given: Partial<DistillerSubject> = {}): DistillerSubject {
  return {
    teacher: model(classes),
    student: model(classes),
    dataset: { classes: Array.from({ length: classes }, String), trainingSize: 1, labels: Int32Array.of(0) },
    augmented: true,
    epochs: 240,
    streams: createStreams(0),
    ...given,
  };
}

const make = async (given: object = {}) => new DecoupledDistillation(await parseOptions(options, given, "distiller dkd"));

/** Value and gradient in the student's logits. */
function evaluate(body: (student: Tensor) => Tensor, student: readonly number[]): { value: number; gradient: number[] } {
  return scope(() => {
    const { value, gradients } = inputGradients(([logits]) => body(logits!), [floats(student, [1, student.length])]);
    return { value: readNow(value)[0]!, gradient: [...readNow(gradients[0]!)] } as never;
  });
}

describe("both parts", () => {
  // KL(teacher || student) = TCKD + (1 - p_teacher(target)) NCKD, which is the paper's starting point.
  it.each([
    [1, 0, [2, 0, -1], [0, 1, 0.5]],
    [4, 2, [2, 0, -1], [0, 1, 0.5]],
    [4, 1, [5, -3, 0.5, 2, 1, 1, -4, 0, 3, 8], [0.1, 2, -1, 0, 0, 3, 1, 1, -2, 0]],
    [4, 0, [30, -3, 0.5, 2], [-12, 2, -1, 0]],
  ])("give kd's divergence at temperature %d, target %d", (temperature, label, teacher, student) => {
    const exponentials = teacher.map((logit) => Math.exp(logit / temperature));
    const rest = 1 - exponentials[label]! / exponentials.reduce((sum, part) => sum + part, 0);
    const target = integers([label], [1]);
    const logits = floats(teacher, [1, teacher.length]);
    const ours = evaluate((given) => {
      const { targetClass, nonTargetClass } = decoupledDivergence(logits, given, target, temperature);
      return add(targetClass, multiply(nonTargetClass, rest));
    }, student);
    const whole = evaluate((given) => divergence(logits, given, temperature), student);
    expect(ours.value).toBeCloseTo(whole.value, 4);
    ours.gradient.forEach((part, place) => expect(part).toBeCloseTo(whole.gradient[place]!, 5));
  });

  it.each([
    ["the teacher is sure and right, the student sure and wrong", [3000, 0, 0], [-3000, 3000, 0]],
    ["the teacher is sure and wrong, the student sure and right", [-3000, 0, 3000], [3000, 0, 0]],
    ["both are sure", [3000, 1, 0], [3000, 0, 1]],
    ["all is equal", [7, 7, 7], [7, 7, 7]],
  ])("are finite where %s", (_, teacher, student) => {
    const logits = floats(teacher, [1, 3]);
    for (const part of ["targetClass", "nonTargetClass"] as const) {
      const { value, gradient } = evaluate((given) => decoupledDivergence(logits, given, integers([0], [1]), 1)[part], student);
      expect([value, ...gradient].filter((number) => !Number.isFinite(number))).toEqual([]);
      expect(value).toBeGreaterThanOrEqual(0);
    }
  });
});

it("weighs 1, 1 and 8; the divergences grow over 20 epochs, of which the first has a twentieth", async () => {
  const weights = async (epoch: number, given: object = {}): Promise<number[]> => {
    const prepared = (await make(given)).prepare(subject(3));
    return prepared.stages[0]!.losses.map((term) => prepared.weight(term, { stage: "distill", epoch, epochs: 240 }));
  };
  expect(await weights(0)).toEqual([1, 1 / 20, 8 / 20]);
  expect(await weights(9)).toEqual([1, 10 / 20, (8 * 10) / 20]);
  for (const epoch of [19, 20, 239]) expect(await weights(epoch)).toEqual([1, 1, 8]);
  for (const warmupEpochs of [0, 1]) expect(await weights(0, { warmupEpochs })).toEqual([1, 1, 8]);
  expect(await weights(20, { weights: { crossEntropy: 2, targetClass: 0.5, nonTargetClass: 3 } })).toEqual([2, 0.5, 3]);
});

it("has terms on the original view alone, also beside an augmenter", async () => {
  const { stages } = (await make()).prepare(subject(3));
  expect(stages).toEqual([
    { id: "distill", trains: ["student"], views: ["original"], losses: ["crossEntropy.original", "targetClass.original", "nonTargetClass.original"] },
  ]);
});

describe("two classes", () => {
  it("are refused: the weight of the other classes would do nothing", async () => {
    const dkd = await make();
    expect(() => dkd.prepare(subject(2))).toThrow(
      expect.objectContaining({
        code: "KDF_DISTILLER_MISFIT",
        explanation: expect.objectContaining({
          happened: expect.stringContaining("always 0"),
          fix: expect.stringMatching(/--distiller kd.*nonTargetClass=0/),
        }),
      }),
    );
  });

  it("are taken without that weight: all of kd's divergence is the target's", async () => {
    (await make({ weights: { nonTargetClass: 0 } })).prepare(subject(2));
    const [teacher, student] = [[2, -1], [0.5, 1]];
    const logits = floats(teacher, [1, 2]);
    const part = (name: "targetClass" | "nonTargetClass") =>
      evaluate((given) => decoupledDivergence(logits, given, integers([1], [1]), 4)[name], student);
    const whole = evaluate((given) => divergence(logits, given, 4), student);
    expect(part("targetClass").value).toBeCloseTo(whole.value, 5);
    expect(part("nonTargetClass")).toEqual({ value: 0, gradient: [0, 0].map(() => expect.closeTo(0)) });
  });
});

it("refuses to work without a teacher, and other numbers of classes, naming them", async () => {
  const dkd = await make();
  const { teacher: _, ...alone } = subject(3);
  expect(() => dkd.prepare(alone)).toThrow(expect.objectContaining({ code: "KDF_DISTILLER_MISFIT" }));
  for (const of of [{ teacher: model(100) }, { student: model(100) }]) {
    expect(() => dkd.prepare(subject(3, of))).toThrow(
      expect.objectContaining({ code: "KDF_DISTILLER_MISFIT", explanation: expect.objectContaining({ happened: expect.stringMatching(/3 classes.*100/) }) }),
    );
  }
});
