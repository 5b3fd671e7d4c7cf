import { parseOptions, type DistillerSubject, type ModelDescription } from "@kdf/core";
import { createStreams, floats, inputGradients, readNow, scope, startReferenceEngine } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { similarityDistance } from "./similarity.js";
import { options, SimilarityPreservation } from "./sp.js";

beforeAll(startReferenceEngine);

type Rows = readonly (readonly number[])[];
/** Each row is a map of one pixel. */
const maps = (rows: Rows) => floats(rows.flat(), [rows.length, 1, 1, rows[0]!.length]);

/** The term and its gradient in the student's maps. */
const evaluate = (teacher: Rows, student: Rows): { value: number; gradient: number[] } =>
  scope(() => {
    const { value, gradients } = inputGradients(([given]) => similarityDistance(maps(teacher), given!), [maps(student)]);
    return { value: readNow(value)[0]!, gradient: [...readNow(gradients[0]!)] } as never;
  });

const rows = [[1, 2], [-3, 1], [0.5, -1]];

it("sees no difference where all maps are turned alike and enlarged", () => {
  expect(evaluate(rows, rows.map(([x = 0, y = 0]) => [-5 * y, 5 * x])).value).toBeCloseTo(0, 6);
  expect(evaluate(rows, [[1, 2], [3, 1], [0.5, -1]]).value).toBeGreaterThan(1e-2);
});

it("of one image alone is 0, with no gradient", () => {
  const { value, gradient } = evaluate([[1, 2]], [[3, 4, 5]]);
  expect(value).toBeCloseTo(0, 6);
  gradient.forEach((part) => expect(part).toBeCloseTo(0, 6));
});

it.each([
  ["a map of zeros of the student", rows, [[1, 2], [0, 0], [0.5, -1]]],
  ["zeros alone of the student", rows, [[0, 0], [0, 0], [0, 0]]],
  ["zeros alone of both", [[0], [0], [0]], [[0], [0], [0]]],
])("is finite, as is its gradient: %s", (_, teacher, student) => {
  const { value, gradient } = evaluate(teacher, student);
  expect([value, ...gradient].filter((number) => !Number.isFinite(number))).toEqual([]);
  expect(value).toBeGreaterThanOrEqual(0);
});

const model = (taps: ModelDescription["taps"], classes = 3): ModelDescription => ({
  network: "any", input: { size: 4, channels: 1, mean: [0], std: [1] }, classes, taps,
});
const subject = (given: Partial<DistillerSubject> = {}): DistillerSubject => ({
  teacher: model({ f0: [8, 8, 3], f1: [4, 4, 6], pooled: [6] }),
  student: model({ f0: [8, 8, 2], f1: [4, 4, 4], f2: [2, 2, 5], pooled: [5] }),
  dataset: { classes: ["a", "b", "c"], trainingSize: 1, labels: Int32Array.of(0) },
  augmented: true,
  streams: createStreams(0),
  ...given,
});
const prepare = async (given: object = {}, of: Partial<DistillerSubject> = {}) =>
  new SimilarityPreservation(await parseOptions(options, given, "distiller sp")).prepare(subject(of));

it("reads the last maps, or those that are named, on the original view, with the weights 1 and 3000", async () => {
  const prepared = await prepare();
  expect(prepared.taps).toEqual({ teacher: ["f1"], student: ["f2"] });
  expect((await prepare({ taps: [{ teacher: "f0", student: "f1" }] })).taps).toEqual({ teacher: ["f0"], student: ["f1"] });
  const { views, losses } = prepared.stages[0]!;
  expect(views).toEqual(["original"]);
  expect(losses.map((term) => [term, prepared.weight(term, { stage: "distill", epoch: 0, epochs: 1 })])).toEqual([
    ["crossEntropy.original", 1],
    ["similarity.original", 3000],
  ]);
});

it("takes a teacher of other classes, and refuses a student of other classes and models without maps", async () => {
  await prepare({}, { teacher: model({ f1: [4, 4, 6] }, 100) });
  for (const of of [{ student: model({ f1: [4, 4, 4] }, 100) }, { teacher: model({}) }, { student: model({ pooled: [4] }) }]) {
    await expect(prepare({}, of)).rejects.toMatchObject({ code: "KDF_DISTILLER_MISFIT" });
  }
});
