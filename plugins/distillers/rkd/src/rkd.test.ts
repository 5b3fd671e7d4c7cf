import { parseOptions, type DistillerSubject, type ModelDescription } from "@kdf/core";
import { createStreams, floats, inputGradients, readNow, scope, startReferenceEngine } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { relations } from "./relations.js";
import { options, RelationalDistillation } from "./rkd.js";

beforeAll(startReferenceEngine);

type Rows = readonly (readonly number[])[];
const matrix = (rows: Rows) => floats(rows.flat(), [rows.length, rows[0]!.length]);

/** Each term and its gradient in the student's rows. */
function evaluate(teacher: Rows, student: Rows) {
  return Object.fromEntries(
    (["distance", "angle"] as const).map((name) => [
      name,
      scope(() => {
        const { value, gradients } = inputGradients(([rows]) => relations(matrix(teacher), rows!)[name], [matrix(student)]);
        return { value: readNow(value)[0]!, gradient: [...readNow(gradients[0]!)] } as never;
      }) as { value: number; gradient: number[] },
    ]),
  ) as Record<"distance" | "angle", { value: number; gradient: number[] }>;
}

const triangle = [[0, 0], [3, 0], [0, 4]];

it("sees no difference when the student's rows are the teacher's, turned, moved and enlarged", () => {
  const turned = triangle.map(([x = 0, y = 0]) => [5 - 2 * y, 7 + 2 * x]);
  for (const { value } of Object.values(evaluate(triangle, turned))) expect(value).toBeCloseTo(0, 10);
  expect(evaluate(triangle, [[0, 0], [3, 0], [0, 5]])["angle"].value).toBeGreaterThan(1e-4);
});

describe("rows without a relation", () => {
  it.each([
    ["one image alone", [[1, 2]], [[3, 4, 5]]],
    ["all rows of the student equal", triangle, [[1, 2], [1, 2], [1, 2]]],
    ["all rows of both zero", [[0], [0], [0]], [[0], [0], [0]]],
  ])("give a finite value and no gradient: %s", (_, teacher, student) => {
    for (const { value, gradient } of Object.values(evaluate(teacher, student))) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
      expect(gradient.map(Math.abs)).toEqual(gradient.map(() => 0));
    }
  });

  it("of two equal rows among others have the gradient of their relations to the others alone", () => {
    const { distance, angle } = evaluate([[0, 0], [3, 0], [0, 4], [1, 1]], [[2, 1], [2, 1], [0, 3], [5, 0]]);
    for (const { value, gradient } of [distance, angle]) {
      expect(Number.isFinite(value)).toBe(true);
      expect(Math.hypot(...gradient)).toBeGreaterThan(1e-3);
      expect(Math.hypot(...gradient)).toBeLessThan(10);
    }
  });

  it("of a teacher that gives the same for every image ask for equal distances", () => {
    const { distance } = evaluate([[1], [1], [1]], triangle);
    expect(distance.value).toBeCloseTo(((1 / 4) ** 2 + (1 / 4) ** 2) / 9, 6);
  });
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
  new RelationalDistillation(await parseOptions(options, given, "distiller rkd")).prepare(subject(of));

it("reads the pooled vectors, or those that are named, on the original view, with the weights 1, 25 and 50", async () => {
  const prepared = await prepare();
  expect(prepared.taps).toEqual({ teacher: ["pooled"], student: ["pooled"] });
  expect((await prepare({ taps: [{ teacher: "pooled", student: "squeezed" }] })).taps["student"]).toEqual(["squeezed"]);
  const { views, losses } = prepared.stages[0]!;
  expect(views).toEqual(["original"]);
  expect(losses.map((term) => [term, prepared.weight(term, { stage: "distill", epoch: 0, epochs: 1 })])).toEqual([
    ["crossEntropy.original", 1],
    ["pairDistance.original", 25],
    ["tripletAngle.original", 50],
  ]);
});

it("takes a teacher of other classes, and refuses a student of other classes and models that give logits alone", async () => {
  await prepare({}, { teacher: model({ pooled: [6] }, 100) });
  for (const of of [{ student: model({ pooled: [4] }, 100) }, { teacher: model({}) }, { student: model({ f1: [2, 2, 4] }) }]) {
    await expect(prepare({}, of)).rejects.toMatchObject({ code: "KDF_DISTILLER_MISFIT" });
  }
});
