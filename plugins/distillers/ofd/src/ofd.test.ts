import { parseOptions, type DistillerSubject, type ModelDescription } from "@kdf/core";
import { createStreams, disposeAll, floats, inputGradients, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { margin, normalDistribution } from "./margin.js";
import { FeatureOverhaul, options } from "./ofd.js";
import { partialDistance } from "./partial-distance.js";

beforeAll(startReferenceEngine);

const model = (network: string, taps: ModelDescription["taps"]): ModelDescription => ({
  network, input: { size: 8, channels: 1, mean: [0], std: [1] }, classes: 3, taps,
});
const maps = { f0: [8, 8, 2], f1: [8, 8, 4], f2: [4, 4, 6] };
const before = { f0Preactivation: [8, 8, 2], f1Preactivation: [8, 8, 4], f2Preactivation: [4, 4, 6] };
const norm = (channels: number) => ({ weight: new Float32Array(channels).fill(1), bias: new Float32Array(channels) });

async function prepare(given: object = {}, of: Partial<DistillerSubject> = {}) {
  const subject: DistillerSubject = {
    teacher: model("teacher", { ...maps, ...before }), student: model("student", { f0: [8, 8, 2], f1: [8, 8, 3], f2: [4, 4, 5] }),
    teacherNorms: { f1Preactivation: norm(4), f2Preactivation: norm(6) },
    dataset: { classes: ["a", "b", "c"], trainingSize: 2, labels: Int32Array.of(2, 0) }, augmented: true, streams: createStreams(0), ...of,
  };
  return new FeatureOverhaul(await parseOptions(options, given, "distiller ofd")).prepare(subject);
}

it("pairs maps before their ReLU, with a connector and margins each, and weighs the maps by 0.001", async () => {
  const prepared = await prepare();
  expect(prepared.taps).toEqual({ teacher: ["f1Preactivation", "f2Preactivation"], student: ["f1", "f2"] });
  const shapes = [...prepared.extras["connector1"]!.parameters()].map(([name, { value }]) => [name, value.shape]);
  expect(Object.fromEntries(shapes)).toEqual({ "0.weight": [1, 1, 5, 6], "1.weight": [6], "1.bias": [6] });
  readNow(prepared.state["margin0"]!).forEach((value) => expect(value).toBeCloseTo(-Math.sqrt(2 / Math.PI), 6));
  const weights = prepared.stages[0]!.losses.map((term) => prepared.weight(term, { stage: "distill", epoch: 0, epochs: 1 }));
  expect(weights).toEqual([1, 0.001]);
  Object.values(prepared.extras).forEach((extra) => extra.dispose());
  disposeAll(Object.values(prepared.state));
});

it.each([
  ["no teacher", { teacher: undefined as never }, /there is none/],
  ["a teacher of logits alone", { teacher: model("onnx", {}), teacherNorms: {} }, /onnx has no taps of shape/],
  ["a teacher whose batch norms are not known", { teacherNorms: undefined as never }, /teacher names no batch norm that made its map f1Preactivation/],
  ["a map that no batch norm made", { teacherNorms: { f2Preactivation: norm(6) } }, /f1Preactivation/],
  ["another number of stages", { student: model("student", { f0: [8, 8, 2], f1: [8, 8, 3] }) }, /f1Preactivation.*f1/],
  ["a student of other classes", { student: { ...model("student", maps), classes: 4 } }, /3 classes, the student 4/],
])("refuses %s before anything is made", async (_, of, problem) => {
  const count = tensorCount();
  await expect(prepare({}, of)).rejects.toMatchObject({ code: "KDF_DISTILLER_MISFIT", explanation: { happened: expect.stringMatching(problem) as string } });
  expect(tensorCount()).toBe(count);
});

it("has the normal distribution of tables", () => {
  const table = [[0, 0.5], [1, 0.8413447460685429], [-1, 0.15865525393145705], [1.96, 0.9750021048517795], [-3, 0.0013498980316300933], [6, 0.9999999990134124], [40, 1], [-40, 0]] as const;
  for (const [x, expected] of table) expect(Math.abs(normalDistribution(x) - expected)).toBeLessThan(1e-15);
});

it("has margins between the mean of a channel that is negative and three deviations", () => {
  expect(margin(-50, 1)).toBeCloseTo(-50, 12);
  // Hardly anything is negative: the probability is 0.00135 at three deviations and 0.00097 at 3.1.
  expect(margin(3, 1)).toBeCloseTo(3 - 0.0044318484119380075 / 0.0013498980316300933, 9);
  expect(margin(3.1, 1)).toBe(-3);
  expect(margin(0.2, 0.01)).toBe(-0.03);
  // No deviation: all values are the mean.
  expect([margin(-2, 0), margin(2, 0), margin(0, 0)]).toEqual([-2, 0, 0]);
});

it("asks nothing of a student that is below what is not positive, and has the gradient 2 (s - t) / B elsewhere", () => {
  const count = tensorCount();
  // Two images of one place. Channels: below the margin, between it and 0, positive.
  const teacher = floats([-2, -0.5, 1, -2, -0.5, 1], [2, 1, 1, 3]);
  const student = floats([-1.5, -0.75, 0, 0, 0, 3], [2, 1, 1, 3]);
  const margins = floats([-1, -1, -1], [3]);
  const { value, gradients } = inputGradients(([given]) => partialDistance(given!, teacher, margins), [student]);
  expect(readNow(value)[0]).toBeCloseTo((0 + 0 + 1 + 1 + 0.25 + 4) / 2, 6);
  // Adding 0 makes 0 of -0.
  expect(Array.from(readNow(gradients[0]!), (part) => part + 0)).toEqual([0, 0, -1, 1, 0.5, 2]);
  disposeAll([teacher, student, margins, value, ...gradients]);
  expect(tensorCount()).toBe(count);
});
