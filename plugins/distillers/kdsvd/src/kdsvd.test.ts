import { parseOptions, type DistillerSubject, type ModelDescription } from "@kdf/core";
import { createStreams, disposeAll, floats, inputGradients, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { options, SingularVectorDistillation } from "./kdsvd.js";
import { singularVectorLoss } from "./singular-vector-loss.js";

beforeAll(startReferenceEngine);

const model = (network: string, taps: ModelDescription["taps"]): ModelDescription => ({
  network, input: { size: 8, channels: 1, mean: [0], std: [1] }, classes: 3, taps,
});
const taps = { f0: [8, 8, 2], f1: [8, 8, 4], f2: [4, 4, 8], pooled: [8] };

async function prepare(given: object = {}, of: Partial<DistillerSubject> = {}) {
  const subject: DistillerSubject = {
    teacher: model("teacher", taps), student: model("student", taps),
    dataset: { classes: ["a", "b", "c"], trainingSize: 2, labels: Int32Array.of(2, 0) }, augmented: true, streams: createStreams(0), ...of,
  };
  return new SingularVectorDistillation(await parseOptions(options, given, "distiller kdsvd")).prepare(subject);
}

it("reads the maps of all stages but the stem, and weighs both terms by 1", async () => {
  const prepared = await prepare();
  expect(prepared.taps).toEqual({ teacher: ["f1", "f2"], student: ["f1", "f2"] });
  expect(prepared.stages[0]!.losses.map((term) => prepared.weight(term, { stage: "distill", epoch: 0, epochs: 1 }))).toEqual([1, 1]);
});

it.each([
  ["no teacher", { teacher: undefined as never }, {}, /there is none/],
  ["a teacher of logits alone", { teacher: model("onnx", {}) }, {}, /onnx has no taps of shape/],
  ["a single stage", { teacher: model("teacher", { f0: [8, 8, 2], f1: [8, 8, 4] }), student: model("student", { f0: [8, 8, 2], f1: [8, 8, 4] }) }, {}, /one pair/],
  ["other channels", { student: model("student", { ...taps, f2: [4, 4, 6] }) }, {}, /f2 of 8 and f2 of 6/],
  ["more vectors than a map has", {}, { vectors: 5 }, /f1 \[8, 8, 4\] has 4 singular vectors, and kdsvd.vectors is 5/],
  ["a student of other classes", { student: { ...model("student", taps), classes: 4 } }, {}, /3 classes, the student 4/],
])("refuses %s before training", async (_, of, given, problem) => {
  await expect(prepare(given, of)).rejects.toMatchObject({ code: "KDF_DISTILLER_MISFIT", explanation: { happened: expect.stringMatching(problem) as string } });
});

it("is finite with its gradient where maps are constant, zero or of one image", () => {
  const before = tensorCount();
  const stream = createStreams(0).at("maps");
  const drawn = (size: number) => floats(Array.from({ length: size * size * 6 }, () => stream.normal()), [1, size, size, 6]);
  const filled = (value: number, size: number) => floats(Array<number>(size * size * 6).fill(value), [1, size, size, 6]);
  for (const [student, teacher] of [[filled(0, 3), filled(0, 3)], [filled(2, 3), drawn(3)], [drawn(3), filled(2, 3)], [filled(2, 3), filled(2, 3)]]) {
    const [deeper, other] = [drawn(2), drawn(2)];
    const { value, gradients } = inputGradients(
      ([first, second]) => singularVectorLoss([{ student: first!, teacher: teacher! }, { student: second!, teacher: other }], 1),
      [student!, deeper],
    );
    expect([...readNow(value), ...gradients.flatMap((gradient) => [...readNow(gradient)])].every(Number.isFinite)).toBe(true);
    disposeAll([value, ...gradients, student!, teacher!, deeper, other]);
  }
  expect(tensorCount()).toBe(before);
});

it("counts a map that is not finite as zeros, and gives it no gradient", () => {
  const broken = floats([Number.NaN, 1, 2, 3], [1, 1, 2, 2]);
  const sound = floats([3, 0, 0, 1], [1, 1, 2, 2]);
  const { value, gradients } = inputGradients(([student]) => singularVectorLoss([{ student: student!, teacher: sound }, { student: sound, teacher: sound }], 1), [broken]);
  // Of stage one the student has (0, 0), the teacher (1, 0); of stage two both (1, 0).
  const falls = 1 - Math.exp(-1 / 8);
  expect(readNow(value)[0]).toBeCloseTo(2 * falls ** 2, 6);
  expect([...readNow(gradients[0]!)]).toEqual([0, 0, 0, 0]);
});
