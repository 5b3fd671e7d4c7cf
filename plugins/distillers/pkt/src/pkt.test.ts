import { parseOptions, type DistillerSubject, type ModelDescription } from "@kdf/core";
import { createStreams, floats, inputGradients, readNow, scope, startReferenceEngine } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { affinityDivergence } from "./affinity.js";
import { options, ProbabilisticTransfer } from "./pkt.js";

beforeAll(startReferenceEngine);

type Rows = readonly (readonly number[])[];
const matrix = (rows: Rows) => floats(rows.flat(), [rows.length, rows[0]!.length]);

/** The term and its gradient in the student's rows. */
const evaluate = (teacher: Rows, student: Rows): { value: number; gradient: number[] } =>
  scope(() => {
    const { value, gradients } = inputGradients(([rows]) => affinityDivergence(matrix(teacher), rows!), [matrix(student)]);
    return { value: readNow(value)[0]!, gradient: [...readNow(gradients[0]!)] } as never;
  });

const rows = [[1, 2], [-3, 1], [0.5, -1]];

it("sees no difference in the length of a vector, nor where all are turned alike", () => {
  const turned = rows.map(([x = 0, y = 0], place) => [-y * (place + 1), x * (place + 1)]);
  expect(evaluate(rows, turned).value).toBeCloseTo(0, 6);
  expect(evaluate(rows, [[1, 2], [3, 1], [0.5, -1]]).value).toBeGreaterThan(1e-3);
});

it("of one image alone is 0, with no gradient", () => {
  const { value, gradient } = evaluate([[1, 2]], [[3, 4, 5]]);
  expect(value).toBeCloseTo(0, 6);
  gradient.forEach((part) => expect(part).toBeCloseTo(0, 6));
});

it.each([
  ["a row of zeros of the student", rows, [[1, 2], [0, 0], [0.5, -1]]],
  ["zeros alone of the student", rows, [[0, 0], [0, 0], [0, 0]]],
  ["zeros alone of both", [[0], [0], [0]], [[0], [0], [0]]],
  ["opposite rows of the student, alike for the teacher", [[1], [1]], [[1], [-1]]],
])("is finite, as is its gradient: %s", (_, teacher, student) => {
  const { value, gradient } = evaluate(teacher, student);
  expect([value, ...gradient].filter((number) => !Number.isFinite(number))).toEqual([]);
  expect(value).toBeGreaterThan(-1e-6);
});

const model = (taps: ModelDescription["taps"], classes = 3): ModelDescription => ({
  network: "any", input: { size: 4, channels: 1, mean: [0], std: [1] }, classes, taps,
});
const subject = (given: Partial<DistillerSubject> = {}): DistillerSubject => ({
  teacher: model({ f1: [2, 2, 6], pooled: [6] }),
  student: model({ f1: [2, 2, 4], squeezed: [2], pooled: [4] }),
  dataset: { classes: ["a", "b", "c"], trainingSize: 1, labels: Int32Array.of(0) },
  augmented: true,
  streams: createStreams(0),
  ...given,
});
const prepare = async (given: object = {}, of: Partial<DistillerSubject> = {}) =>
  new ProbabilisticTransfer(await parseOptions(options, given, "distiller pkt")).prepare(subject(of));

it("reads the pooled vectors, or those that are named, on the original view, with the weights 1 and 30000", async () => {
  const prepared = await prepare();
  expect(prepared.taps).toEqual({ teacher: ["pooled"], student: ["pooled"] });
  expect((await prepare({ taps: [{ teacher: "pooled", student: "squeezed" }] })).taps["student"]).toEqual(["squeezed"]);
  const { views, losses } = prepared.stages[0]!;
  expect(views).toEqual(["original"]);
  expect(losses.map((term) => [term, prepared.weight(term, { stage: "distill", epoch: 0, epochs: 1 })])).toEqual([
    ["crossEntropy.original", 1],
    ["affinity.original", 30000],
  ]);
});

it("takes a teacher of other classes, and refuses a student of other classes and models that give logits alone", async () => {
  await prepare({}, { teacher: model({ pooled: [6] }, 100) });
  for (const of of [{ student: model({ pooled: [4] }, 100) }, { teacher: model({}) }, { student: model({ f1: [2, 2, 4] }) }]) {
    await expect(prepare({}, of)).rejects.toMatchObject({ code: "KDF_DISTILLER_MISFIT" });
  }
});
