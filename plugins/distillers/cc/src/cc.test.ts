import { parseOptions, type DistillerSubject, type LossContext, type ModelDescription } from "@kdf/core";
import { createStreams, disposeAll, floats, inputGradients, integers, readNow, scope, startReferenceEngine } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { neighbourCorrelation } from "./correlation.js";
import { CorrelationCongruence, options } from "./cc.js";

beforeAll(startReferenceEngine);

type Rows = readonly (readonly number[])[];
const matrix = (rows: Rows) => floats(rows.flat(), [rows.length, rows[0]!.length]);

/** The term, and its gradient in the embeddings of teacher and student. */
const evaluate = (teacher: Rows, student: Rows): { value: number; gradients: number[][] } =>
  scope(() => {
    const { value, gradients } = inputGradients(([t, s]) => neighbourCorrelation(t!, s!), [matrix(teacher), matrix(student)]);
    return { value: readNow(value)[0]!, gradients: gradients.map((gradient) => [...readNow(gradient)]) } as never;
  });

it("is the mean of the neighbours' products, with gradients in both embeddings", () => {
  // Differences (1, 2), (2, 0), (0, 2): products 1·2 + 2·0 and 2·0 + 0·2, a mean over two pairs of neighbours.
  const { value, gradients } = evaluate([[1, 2], [0, 1], [3, 3]], [[0, 0], [2, 1], [3, 1]]);
  expect(value).toBe(1);
  // Of a difference: half of the sum of the neighbours'. Of |t - s| in t: its sign, and 0 at 0.
  const expected = [1, 0, -0.5, 0, 0, 0];
  gradients[0]!.forEach((part, place) => expect(part).toBeCloseTo(expected[place]!, 6));
  gradients[1]!.forEach((part, place) => expect(part).toBeCloseTo(-expected[place]!, 6));
});

it("of one image alone, which has no neighbour, is 0 with no gradient", () => {
  expect(evaluate([[1, 2]], [[3, 4]])).toEqual({ value: 0, gradients: [[0, 0], [0, 0]] });
});

it("of equal embeddings is 0 with no gradient", () => {
  const { value, gradients } = evaluate([[1, 2], [3, 4]], [[1, 2], [3, 4]]);
  expect([value, ...gradients.flat()].map(Math.abs)).toEqual(Array.from({ length: 9 }, () => 0));
});

const model = (taps: ModelDescription["taps"], classes = 3): ModelDescription => ({
  network: "any", input: { size: 4, channels: 1, mean: [0], std: [1] }, classes, taps,
});
const subject = (given: Partial<DistillerSubject> = {}): DistillerSubject => ({
  teacher: model({ f1: [2, 2, 3], pooled: [3] }),
  student: model({ f1: [2, 2, 2], squeezed: [1], pooled: [2] }),
  dataset: { classes: ["a", "b", "c"], trainingSize: 1, labels: Int32Array.of(0) },
  augmented: true,
  streams: createStreams(0),
  ...given,
});
const prepare = async (given: object = {}, of: Partial<DistillerSubject> = {}) =>
  new CorrelationCongruence(await parseOptions(options, given, "distiller cc")).prepare(subject(of));

it("embeds the features of each model by a layer of its own, weights and bias", async () => {
  const prepared = await prepare({ embedding: 2 });
  const assign = (extra: string, name: string, rows: Rows | readonly number[]): void => {
    const value = Array.isArray(rows[0]) ? matrix(rows as Rows) : floats(rows as number[], [rows.length]);
    prepared.extras[extra]!.parameters().get(name)!.assign(value);
    value.dispose();
  };
  assign("teacherEmbedding", "weight", [[1, 0], [0, 1], [0, 0]]);
  assign("teacherEmbedding", "bias", [1, 0]);
  assign("studentEmbedding", "weight", [[0, 1], [2, 0]]);
  assign("studentEmbedding", "bias", [0, -1]);
  const outputs = (pooled: Rows) => ({ logits: matrix(pooled.map(() => [0, 0, 0])), taps: { pooled: matrix(pooled) } });
  const original = { teacher: outputs([[1, 4, 9], [2, 0, 9]]), student: outputs([[1, 3], [2, 4]]) };
  const labels = integers([0, 1], [2]);
  const terms = prepared.losses({ original }, { labels } as unknown as LossContext);
  // The teacher's embeddings are (2, 4) and (3, 0), the student's (6, 0) and (8, 1): differences (4, 4) and (5, 1).
  expect(readNow(terms["correlation.original"]!)[0]).toBeCloseTo(4 * 5 + 4 * 1, 5);
  disposeAll([terms as never, original as never, labels]);
  Object.values(prepared.extras).forEach((extra) => extra.dispose());
});

it("reads the pooled vectors, or those that are named, and trains both embeddings; weights 1 and 0.02, embeddings of 128", async () => {
  const prepared = await prepare();
  expect(prepared.taps).toEqual({ teacher: ["pooled"], student: ["pooled"] });
  expect((await prepare({ taps: [{ teacher: "pooled", student: "squeezed" }] })).taps["student"]).toEqual(["squeezed"]);
  const shapes = Object.entries(prepared.extras).map(([name, extra]) => [name, [...extra.parameters()].map(([, { value }]) => value.shape)]);
  expect(shapes).toEqual([["studentEmbedding", [[2, 128], [128]]], ["teacherEmbedding", [[3, 128], [128]]]]);
  const { views, trains, losses } = prepared.stages[0]!;
  expect({ views, trains }).toEqual({ views: ["original"], trains: ["student", "extras"] });
  expect(losses.map((term) => [term, prepared.weight(term, { stage: "distill", epoch: 0, epochs: 1 })])).toEqual([
    ["crossEntropy.original", 1],
    ["correlation.original", 0.02],
  ]);
});

it("takes a teacher of other classes, and refuses a student of other classes and models that give logits alone", async () => {
  await prepare({}, { teacher: model({ pooled: [6] }, 100) });
  for (const of of [{ student: model({ pooled: [4] }, 100) }, { teacher: model({}) }, { student: model({ f1: [2, 2, 4] }) }]) {
    await expect(prepare({}, of)).rejects.toMatchObject({ code: "KDF_DISTILLER_MISFIT" });
  }
});
