import type { ImageSource, TensorLike } from "@kdf/core";
import {
  argumentOfLargest,
  createOptimizer,
  createStreams,
  crossEntropy,
  disposeAll,
  floats,
  integers,
  readNow,
  scope,
  startReferenceEngine,
  tensorCount,
  valueAndGradients,
  type Parameter,
} from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { BoringAccuracy } from "./accuracy.js";
import { boringMean, boringStd, BoringDataset, datasetOptions } from "./dataset.js";
import { BoringNetwork } from "./network.js";
import { BoringTeacher, teacherOptions } from "./teacher.js";

const dataset = new BoringDataset(datasetOptions.parse({}));
const { description } = dataset;

beforeAll(async () => {
  await startReferenceEngine();
});

test("rows are the same whenever they are read, in any order, and differ from row to row", async () => {
  const source = await dataset.open("training");
  const again = await new BoringDataset(datasetOptions.parse({})).open("training");
  expect(source.length).toBe(96);
  expect([...source.labels.slice(0, 5)]).toEqual([0, 1, 2, 0, 1]);
  const [first, third] = [await source.read(Int32Array.of(0)), await source.read(Int32Array.of(2))];
  const both = await again.read(Int32Array.of(2, 0));
  expect(both).toEqual(Uint8Array.from([...third, ...first]));
  expect(first).not.toEqual(third);
});

test("training and test images of one row differ", async () => {
  const row = Int32Array.of(0);
  const [training, held] = [await dataset.open("training"), await dataset.open("test")];
  expect(await training.read(row)).not.toEqual(await held.read(row));
});

test("a class is a band of light, here the upper third of class 0", async () => {
  const pixels = await (await dataset.open("test")).read(Int32Array.of(0));
  const mean = (from: number, to: number): number => pixels.slice(from * 12, to * 12).reduce((sum, value) => sum + value, 0) / ((to - from) * 12 * 255);
  expect(mean(0, 4)).toBeCloseTo(0.75, 1);
  expect(mean(4, 12)).toBeCloseTo(0.25, 1);
});

test("the teacher knows the classes without training, and owns nothing more once disposed", async () => {
  const before = tensorCount();
  const teacher = await new BoringTeacher(teacherOptions.parse({})).open();
  const source = await dataset.open("test");
  const { images, labels } = await everything(source);
  const outputs = await teacher.forward(images, { taps: ["map"] });
  expect(outputs.taps["map"]!.shape).toEqual([source.length, ...teacher.description.taps["map"]!]);
  expect([...readNow(scope(() => argumentOfLargest(outputs.logits, 1)))]).toEqual([...source.labels]);
  // The logit is 12 x the mean brightness of the band: about 12·0.75 for the right class, 12·0.25 for others.
  expect(readNow(outputs.logits)[0]).toBeCloseTo(9, 0);
  expect(readNow(outputs.logits)[1]).toBeCloseTo(3, 0);
  disposeAll([images, labels, outputs.logits, outputs.taps["map"]!]);
  teacher.dispose();
  expect(tensorCount()).toBe(before + 1);
});

test("the network learns the classes in twenty steps, and its taps have the shapes that it says", async () => {
  const { images, labels } = await everything(await dataset.open("training"));
  const shape = { input: { size: 12, channels: 1, mean: description.mean, std: description.std }, classes: 3 };
  const model = new BoringNetwork({ width: 4 }).build(shape, createStreams(0).at("initialisation"));
  const parameters = new Map([...model.parameters()].filter(([, { trainable }]) => trainable)) as unknown as Map<string, Parameter>;
  const optimizer = createOptimizer({
    id: "sgd", learningRate: 0.05, momentum: 0.9, nesterov: false, weightDecay: 5e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
  });
  for (let step = 0; step < 20; step += 1) {
    const { value, gradients } = valueAndGradients(() => crossEntropy(model.forward(images, { training: true }).logits, labels), parameters);
    optimizer.step(parameters, gradients, 0.05);
    disposeAll([value, ...gradients.values()]);
  }
  const test = await everything(await dataset.open("test"));
  const outputs = model.forward(test.images, { training: false, taps: ["map", "pooled"] });
  const metric = new BoringAccuracy();
  const [rows = 0, columns = 0] = outputs.logits.shape;
  metric.observe({
    views: { original: { student: { logits: { rows, columns, data: readNow(outputs.logits) as Float32Array } } } },
    labels: readNow(test.labels) as Int32Array,
    indices: new Int32Array(rows),
    epoch: 0,
    step: 0,
  });
  expect(metric.result()["accuracy"]).toBeGreaterThan(0.95);
  for (const [tap, tensor] of Object.entries(outputs.taps)) expect(tensor.shape.slice(1)).toEqual(model.description.taps[tap]);
  disposeAll([images, labels, test.images, test.labels, outputs.logits, ...Object.values(outputs.taps)]);
  optimizer.dispose();
  model.dispose();
}, 20_000);

async function everything(source: ImageSource): Promise<{ images: TensorLike; labels: TensorLike }> {
  const pixels = await source.read(Int32Array.from({ length: source.length }, (_, row) => row));
  const values = Float32Array.from(pixels, (pixel) => (pixel / 255 - boringMean) / boringStd);
  return { images: floats(values, [source.length, 12, 12, 1]), labels: integers(source.labels, [source.length]) };
}
