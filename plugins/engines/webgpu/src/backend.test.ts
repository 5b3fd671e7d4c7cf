import * as tf from "@tensorflow/tfjs";
import { create } from "webgpu";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { defineGlobals, withNavigator } from "./adapter/dawn.js";
import { DawnBackend } from "./backend.js";
import { registerKernels } from "./kernels/register.js";
import { operations } from "./operations.js";

// Dawn's null device checks everything and computes nothing: it needs no GPU.
let device: GPUDevice;
let name: string;
let round = 0;

beforeAll(() => {
  defineGlobals();
  registerKernels();
});
beforeEach(async () => {
  const gpu = create(["backend=null"]);
  const adapter = (await gpu.requestAdapter())!;
  device = await adapter.requestDevice();
  const backend = withNavigator(gpu, () => new DawnBackend(gpu, device, adapter.info));
  name = `null-${round++}`;
  tf.registerBackend(name, () => backend);
  // Its kernels are registered under the name of WebGPU.
  tf.copyRegisteredKernels("webgpu", name);
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  await tf.setBackend(name);
});
afterEach(() => tf.removeBackend(name));
afterAll(() => tf.setBackend("cpu"));

it("runs the backend's programs", async () => {
  const sum = tf.add(tf.tensor1d([1, 2]), 3);
  expect(await sum.data()).toHaveLength(2);
});

it("refuses a tensor that the device cannot hold, at once", () => {
  expect(() => tf.fill([1e9], 0)).toThrow(/webgpu failed in Fill: a tensor \[1000000000\] takes 4000 MB, and this GPU has at most \d+ MB/);
});

it("refuses to read from the GPU without awaiting, and reads what is in memory", () => {
  const kept = tf.tensor1d([1, 2]);
  expect([...kept.dataSync()]).toEqual([1, 2]);
  expect(() => tf.add(kept, 3).dataSync()).toThrow("without awaiting them");
});

it("tells of what the device refuses, as soon as a value is read, and from then on", async () => {
  const sum = tf.add(tf.tensor1d([1, 2]), 3);
  device.createBuffer({ size: 1e12, usage: 8 });
  await expect(sum.data()).rejects.toMatchObject({ code: "KDF_ENGINE_FAILED", message: expect.stringContaining("exceeds the max buffer size limit") });
  expect(() => tf.add(sum, 1)).toThrow("webgpu failed in");
});

it("tells of a device that is lost", async () => {
  const sum = tf.add(tf.tensor1d([1, 2]), 3);
  device.destroy();
  await expect(sum.data()).rejects.toMatchObject({ code: "KDF_ENGINE_FAILED", message: expect.stringContaining("the GPU is lost to this process (device was destroyed)") });
});

it.each([[[1, 0]], [[2, 0, 1]], [[3, 1, 0, 2]]])("has whole numbers' axes permuted by %j with a shader that is valid", async (permutation) => {
  const shape = [2, 3, 4, 5].slice(0, permutation.length);
  const turned = tf.transpose(tf.zeros(shape, "int32"), permutation);
  expect(turned.shape).toEqual(permutation.map((axis) => shape[axis]));
  expect(await turned.data()).toHaveLength(turned.size);
});

it.each([
  { x: [4, 7, 5, 3], filter: [3, 3, 3, 5], stride: 1, padding: "same" },
  { x: [8, 16, 16, 32], filter: [5, 5, 32, 40], stride: 2, padding: "valid" },
] as const)("has the gradient of a filter $filter with a shader that is valid, and leaves no tensor", async ({ x, filter, stride, padding }) => {
  const images = tf.zeros([...x]) as tf.Tensor4D;
  const weights = tf.zeros([...filter]) as tf.Tensor4D;
  const before = tf.memory().numTensors;
  const held = tf.engine().backend.numDataIds();
  const gradient = tf.grad((given) => tf.conv2d(images, given as tf.Tensor4D, stride, padding))(weights);
  expect(gradient.shape).toEqual(filter);
  expect(await gradient.data()).toHaveLength(weights.size);
  gradient.dispose();
  expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual([before, held]);
});

it.each([
  { shape: [6, 3, 4, 5], groupRows: [4, 2] },
  { shape: [7, 3], groupRows: [7] },
])("has batch norm of $shape in groups of $groupRows, with gradients, by shaders that are valid, and leaves no tensor", async ({ shape, groupRows }) => {
  const channels = shape.at(-1)!;
  const [x, gamma, beta] = [tf.zeros(shape), tf.ones([channels]), tf.zeros([channels])];
  const before = tf.memory().numTensors;
  const held = tf.engine().backend.numDataIds();
  const normalize = (...given: tf.Tensor[]): tf.Tensor[] => {
    const { output, mean, variance } = operations.batchNormalizationTraining(given[0]!, given[1]!, given[2]!, 1e-5, groupRows);
    return [output, mean, variance];
  };
  const results = tf.tidy(() => [...normalize(x, gamma, beta), ...tf.grads((...given) => normalize(...given)[0]!)([x, gamma, beta])]);
  const statistics = [groupRows.length, channels];
  expect(results.map((result) => result.shape)).toEqual([shape, statistics, statistics, shape, [channels], [channels]]);
  for (const result of results) expect(await result.data()).toHaveLength(result.size);
  tf.dispose(results);
  expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual([before, held]);
});
