// Each kernel of this plugin beside what tfjs alone would do, on one thread, in one run: npx tsx benchmarks/kernels.ts
// Writes results/kernels.json.
// Milliseconds are the least of several rounds: what the work takes when nothing else runs.
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { registerKernels } from "../src/kernels/index.js";
import { operations } from "../src/operations.js";
import { writeResult } from "./result.js";

await tf.setBackend("wasm");
await tf.ready();

/** At least so many rounds, and long enough for the engine to optimise the code that it runs. */
function milliseconds(run: () => void, rounds: number): number {
  let least = Infinity;
  const begin = performance.now();
  for (let round = 0; round < rounds || performance.now() - begin < 300; round++) {
    const start = performance.now();
    // Braces: tidy keeps what its function returns.
    tf.tidy(() => {
      run();
    });
    least = Math.min(least, performance.now() - start);
  }
  return Math.round(least * 1000) / 1000;
}

type Images = tf.Tensor4D;
const random = <T extends tf.Tensor>(shape: number[]) => tf.randomUniform(shape, -1, 1, "float32", 1) as T;
const x = random<Images>([64, 28, 28, 16]);
const y = random<Images>([64, 28, 28, 16]);
const half = random<Images>([64, 14, 14, 16]);
const small = random<Images>([64, 7, 7, 64]);
const channels = random<tf.Tensor1D>([16]);
const dataset = random<Images>([20_000, 28, 28, 1]);
const rows = tf.range(0, 64, 1, "int32") as tf.Tensor1D;

/** The filter's gradient as one convolution of the transposed input with the transposed gradient as filter. */
function composedFilterGradient(input: Images, dy: Images, padding: number): tf.Tensor {
  const padded = tf.pad(input, [[0, 0], [padding, padding], [padding, padding], [0, 0]]);
  return tf.transpose(tf.conv2d(tf.transpose(padded, [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3]), 1, "valid"), [1, 2, 0, 3]);
}

/** The filter's gradient as one product of matrices for each tap. */
function slicedFilterGradient(input: Images, dy: Images, padding: number): tf.Tensor {
  const padded = tf.pad(input, [[0, 0], [padding, padding], [padding, padding], [0, 0]]);
  const [batch, height, width, outputs] = dy.shape;
  const gradient = tf.reshape(dy, [-1, outputs]);
  const taps = Array.from({ length: 9 }, (_, tap) =>
    tf.matMul(tf.reshape(tf.slice(padded, [0, Math.floor(tap / 3), tap % 3, 0], [batch, height, width, input.shape[3]]), [-1, input.shape[3]]), gradient, true),
  );
  return tf.stack(taps);
}

const filterGradient = (input: Images, dy: Images) =>
  tf.engine().runKernel(
    tf.Conv2DBackpropFilter, { x: input, dy },
    { strides: [1, 1], pad: "same", dataFormat: "NHWC", filterShape: [3, 3, input.shape[3], dy.shape[3]] },
  );
const inputGradient = (dy: Images, filter: tf.Tensor, stride: number) =>
  tf.engine().runKernel(
    tf.Conv2DBackpropInput, { dy, filter },
    { strides: [stride, stride], pad: "same", dataFormat: "NHWC", inputShape: x.shape },
  );
const normalizeByTfjs = (...[a, gamma, beta]: tf.Tensor[]) => {
  const { mean, variance } = tf.moments(a!, [0, 1, 2]);
  return tf.batchNorm(a!, mean as tf.Tensor1D, variance as tf.Tensor1D, beta as tf.Tensor1D, gamma as tf.Tensor1D, 1e-5);
};
const normalize = (...[a, gamma, beta]: tf.Tensor[]) => operations.batchNormalizationTraining(a!, gamma!, beta!, 1e-5, [64]).output;

const filters = { 1: random<Images>([3, 3, 16, 16]), 2: random<Images>([3, 3, 16, 16]) };
const cases: Record<string, { tfjs: () => unknown; ours?: () => unknown }> = {
  "conv 3x3, 16 to 16 at 28x28: forward": { tfjs: () => tf.conv2d(x, filters[1], 1, "same") },
  "filter gradient, beside one conv2d": { tfjs: () => composedFilterGradient(x, y, 1), ours: () => filterGradient(x, y) },
  "filter gradient, beside 9 products": { tfjs: () => slicedFilterGradient(x, y, 1), ours: () => filterGradient(x, y) },
  "filter gradient, 64 to 64 at 7x7, beside one conv2d": { tfjs: () => composedFilterGradient(small, small, 1), ours: () => filterGradient(small, small) },
  "filter gradient, 64 to 64 at 7x7, beside 9 products": { tfjs: () => slicedFilterGradient(small, small, 1), ours: () => filterGradient(small, small) },
  "input gradient": { tfjs: () => inputGradient(y, filters[1], 1) },
  "input gradient, stride 2": { tfjs: () => inputGradient(half, filters[2], 2) },
  "batch norm, training, forward": { tfjs: () => normalizeByTfjs(x, channels, channels), ours: () => normalize(x, channels, channels) },
  "batch norm, training, with gradients": {
    tfjs: () => tf.grads(normalizeByTfjs)([x, channels, channels], y),
    ours: () => tf.grads(normalize)([x, channels, channels], y),
  },
  "relu with gradient": { tfjs: () => tf.grad((a) => tf.relu(a))(x, y), ours: () => tf.grad((a) => operations.rectifiedLinear(a))(x, y) },
  "max pool 2x2 with gradient": { tfjs: () => tf.grad((a) => tf.maxPool(a as Images, 2, 2, "valid"))(x, half) },
  "global average pool with gradient": { tfjs: () => tf.grad((a) => tf.avgPool(a as Images, 7, 1, "valid"))(small) },
  "[N,H,W,C] times [C]": { tfjs: () => tf.mul(x, channels) },
  "sum over N, H, W": { tfjs: () => tf.sum(x, [0, 1, 2]) },
  pad: { tfjs: () => tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]) },
  "slice: 64 of 20,000 images": { tfjs: () => tf.slice(dataset, [64, 0, 0, 0], [64, 28, 28, 1]) },
  "gather: 64 of 20,000 images": { tfjs: () => tf.gather(dataset, rows) },
  "split in two": { tfjs: () => tf.split(x, 2, 0) },
  "reverse (flip)": { tfjs: () => tf.reverse(x, 2) },
  "clone": { tfjs: () => tf.clone(x) },
};

const before = Object.fromEntries(Object.entries(cases).map(([name, { tfjs }]) => [name, milliseconds(tfjs, 5)]));
registerKernels();
const compared = Object.fromEntries(Object.entries(cases).map(([name, { tfjs, ours = tfjs }]) => {
  const after = milliseconds(ours, 15);
  return [name, { tfjs: before[name], ours: after, factor: Math.round((10 * before[name]!) / after) / 10 }];
}));
console.table(compared);
writeResult("kernels", { threads: 1, milliseconds: compared });
