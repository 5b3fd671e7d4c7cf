import { parseOptions, type DistillerSubject, type ModelDescription } from "@kdf/core";
import { createStreams, disposeAll, floats, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { AttentionFusion } from "./attention-fusion.js";
import { KnowledgeReview, options } from "./reviewkd.js";

beforeAll(startReferenceEngine);

const model = (network: string, taps: ModelDescription["taps"]): ModelDescription => ({
  network, input: { size: 8, channels: 1, mean: [0], std: [1] }, classes: 3, taps,
});
const student = model("student", { f0: [8, 8, 2], f1: [8, 8, 4], f2: [4, 4, 600], pooled: [600] });
const teacher = model("teacher", { f0: [8, 8, 2], f1: [8, 8, 6], f2: [2, 2, 8], pooled: [8], f0Preactivation: [8, 8, 2], f1Preactivation: [8, 8, 6], f2Preactivation: [2, 2, 8] });

async function prepare(given: object = {}, of: Partial<DistillerSubject> = {}) {
  const subject: DistillerSubject = {
    teacher, student, dataset: { classes: ["a", "b", "c"], trainingSize: 2, labels: Int32Array.of(2, 0) }, augmented: true, streams: createStreams(0), ...of,
  };
  return new KnowledgeReview(await parseOptions(options, given, "distiller reviewkd")).prepare(subject);
}

it("pairs the student's maps with the teacher's before their ReLU, and the pooled vectors", async () => {
  const prepared = await prepare();
  expect(prepared.taps).toEqual({ teacher: ["f1Preactivation", "f2Preactivation", "pooled"], student: ["f1", "f2", "pooled"] });
  const shapes = (extra: string) => Object.fromEntries([...prepared.extras[extra]!.parameters()].map(([name, { value }]) => [name, value.shape]));
  expect(Object.keys(prepared.extras)).toEqual(["fusion0", "fusion1", "fusion2"]);
  expect(shapes("fusion1")).toEqual({
    "conv1.0.weight": [1, 1, 600, 512], "conv1.1.weight": [512], "conv1.1.bias": [512],
    "conv2.0.weight": [3, 3, 512, 8], "conv2.1.weight": [8], "conv2.1.bias": [8],
    "att_conv.0.weight": [1, 1, 1024, 2], "att_conv.0.bias": [2],
  });
  expect(Object.keys(shapes("fusion2")).filter((name) => name.startsWith("att_conv"))).toEqual([]);
  Object.values(prepared.extras).forEach((extra) => extra.dispose());
});

it("takes taps that are named, and fewer channels between", async () => {
  const prepared = await prepare({ middleChannels: 3, taps: [{ teacher: "f2", student: "f1" }] });
  expect(prepared.taps).toEqual({ teacher: ["f2", "pooled"], student: ["f1", "pooled"] });
  expect(prepared.extras["fusion0"]!.parameters().get("conv1.0.weight")!.value.shape).toEqual([1, 1, 4, 3]);
});

it("weighs the review more with each of 20 epochs, the first being one", async () => {
  const weights = async (given: object) => {
    const { weight } = await prepare({ middleChannels: 2, ...given });
    return [0, 1, 18, 19, 20, 239].map((epoch) => weight("review.original", { stage: "distill", epoch, epochs: 240 }));
  };
  expect(await weights({})).toEqual([5 / 20, 5 * (2 / 20), 5 * (19 / 20), 5, 5, 5]);
  expect(await weights({ warmupEpochs: 0, weights: { review: 0.6 } })).toEqual(Array(6).fill(0.6));
});

it.each([
  ["no teacher", { teacher: undefined as never }, /there is none/],
  ["a teacher of logits alone", { teacher: model("onnx", {}) }, /onnx has no taps of shape/],
  ["a student without a pooled vector", { student: model("student", { f0: [8, 8, 2], f1: [8, 8, 4], f2: [4, 4, 6] }) }, /student has no taps of shape \[C\]/],
  ["another number of stages", { student: model("student", { f0: [8, 8, 2], f1: [8, 8, 4], pooled: [4] }) }, /f1Preactivation.*f1/],
  ["a student of other classes", { student: { ...student, classes: 4 } }, /3 classes, the student 4/],
])("refuses %s before anything is made", async (_, of, problem) => {
  const before = tensorCount();
  await expect(prepare({}, of)).rejects.toMatchObject({ code: "KDF_DISTILLER_MISFIT", explanation: { happened: expect.stringMatching(problem) as string } });
  expect(tensorCount()).toBe(before);
});

it("mixes by attention: with both at a half, the mean of the map and of what is deeper, each place from its own", () => {
  const fusion = new AttentionFusion({ inputs: 1, middle: 1, outputs: 1, height: 2, width: 2, mixes: true }, createStreams(0).at("fusion"));
  const set = (name: string, value: number) => {
    const parameter = fusion.parameters().get(name)!;
    parameter.assign(floats(Array<number>(parameter.value.shape.reduce((a, b) => a * b, 1)).fill(value), parameter.value.shape));
  };
  set("conv1.0.weight", 1);
  set("att_conv.0.weight", 0);
  set("att_conv.0.bias", 0);
  // Normalised: ±1 (their variance is 1). Deeper: 10, which all four places see.
  const { output, passed } = fusion.forward(floats([1, -1, 1, -1], [1, 2, 2, 1]), floats([10], [1, 1, 1, 1]));
  const expected = [5.5, 4.5, 5.5, 4.5];
  readNow(passed).forEach((value, place) => expect(value).toBeCloseTo(expected[place]!, 4));
  expect(output.shape).toEqual([1, 2, 2, 1]);
  disposeAll([output, passed]);
});
