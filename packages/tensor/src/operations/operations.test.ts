import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import {
  absolute,
  adaptiveAveragePool,
  averagePool,
  batchNormalizationInference,
  batchNormalizationTraining,
  clip,
  clone,
  convolution,
  crossEntropy,
  cumulativeSum,
  depthwiseConvolution,
  disposeAll,
  divergence,
  entropy,
  floats,
  floor,
  gather,
  globalAveragePool,
  greater,
  greaterEqual,
  inputGradients,
  integers,
  l2Normalize,
  largestOf,
  leakyRectifiedLinear,
  logicalAnd,
  logSoftmax,
  maximum,
  maximumPool,
  minimum,
  multiply,
  norm,
  occurrences,
  oneHot,
  readNow,
  rectifiedLinear,
  rectifiedLinear6,
  resizeBilinear,
  resizeNearest,
  rightSingularVectors,
  scope,
  sigmoid,
  softmax,
  softplus,
  startReferenceEngine,
  sum,
  tensorCount,
  transposedConvolution,
  where,
  withRows,
  type Tensor,
} from "../index.js";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Options {
  readonly axes?: readonly number[];
  readonly count?: number;
  readonly size?: number;
  readonly height?: number;
  readonly width?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
  readonly slope?: number;
  readonly temperature?: number;
  readonly epsilon?: number;
  readonly groupRows?: readonly number[];
}

interface Case {
  readonly operation: string;
  readonly options: Options;
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly output: Numbers;
  readonly weights: Numbers;
  readonly gradients: Readonly<Record<string, Numbers>>;
  readonly mean?: Numbers;
  readonly variance?: Numbers;
}

// PyTorch's numbers in float64: scripts/operation-cases.py.
const cases = JSON.parse(readFileSync(new URL("operation-cases.json", import.meta.url), "utf8")) as Case[];

type Inputs = Readonly<Record<string, Tensor>>;
const operations: Readonly<Record<string, (i: Inputs, options: Options) => Tensor>> = {
  convolution: (i, o) => convolution(i["x"]!, i["filter"]!, o),
  depthwiseConvolution: (i, o) => depthwiseConvolution(i["x"]!, i["filter"]!, o),
  maximumPool: (i, o) => maximumPool(i["x"]!, o.size!, o.stride, o.padding),
  transposedConvolution: (i, o) => transposedConvolution(i["x"]!, i["filter"]!, o),
  averagePool: (i, o) => averagePool(i["x"]!, o.size!, o.stride, o.padding),
  globalAveragePool: (i) => globalAveragePool(i["x"]!),
  resizeBilinear: (i, o) => resizeBilinear(i["x"]!, o.size!),
  resizeNearest: (i, o) => resizeNearest(i["x"]!, o.height!, o.width),
  rightSingularVectors: (i, o) => rightSingularVectors(i["x"]!, o.count!),
  adaptiveAveragePool: (i, o) => adaptiveAveragePool(i["x"]!, o.height!, o.width),
  absolute: (i) => absolute(i["x"]!),
  norm: (i) => norm(i["x"]!, 1, true),
  l2Normalize: (i, o) => l2Normalize(i["x"]!, o.axes!),
  rectifiedLinear: (i) => rectifiedLinear(i["x"]!),
  rectifiedLinear6: (i) => rectifiedLinear6(i["x"]!),
  leakyRectifiedLinear: (i, o) => leakyRectifiedLinear(i["x"]!, o.slope!),
  clip: (i) => clip(i["x"]!, -0.5, 0.5),
  softplus: (i) => softplus(i["x"]!),
  sigmoid: (i) => sigmoid(i["x"]!),
  gather: (i) => gather(i["x"]!, i["indices"]!),
  withRows: (i) => withRows(i["x"]!, i["rows"]!, i["values"]!),
  softmax: (i) => softmax(i["x"]!),
  logSoftmax: (i) => logSoftmax(i["x"]!),
  entropy: (i) => entropy(i["x"]!),
  crossEntropy: (i) => crossEntropy(i["input"]!, i["target"]!),
  divergence: (i, o) => divergence(i["teacher"]!, i["student"]!, o.temperature!),
  minimum: (i) => minimum(i["input"]!, i["other"]!),
  maximum: (i) => maximum(i["input"]!, i["other"]!),
  whereGreater: (i) => where(logicalAnd(greater(i["x"]!, -0.5), greaterEqual(i["other"]!, i["x"]!)), multiply(i["x"]!, 2), i["other"]!),
  batchNormalizationTraining: (i, o) =>
    batchNormalizationTraining(i["x"]!, i["gamma"]!, i["beta"]!, o.epsilon!, o.groupRows!).output,
  batchNormalizationInference: (i, o) =>
    batchNormalizationInference(i["x"]!, i["gamma"]!, i["beta"]!, i["mean"]!, i["variance"]!, o.epsilon!),
};
const integerInputs = new Set(["indices", "rows", "target"]);

beforeAll(startReferenceEngine);

test.each(cases.map((entry, place) => [`${entry.operation} ${place}`, entry] as const))(
  "%s equals PyTorch in values and gradients",
  (_, entry) => {
    const before = tensorCount();
    const inputs = Object.fromEntries(
      Object.entries(entry.inputs).map(([name, { shape, data }]) => [
        name,
        integerInputs.has(name) ? integers(data, shape) : floats(data, shape),
      ]),
    );
    const operation = operations[entry.operation]!;
    const output = scope(() => operation(inputs, entry.options));
    expectNear(output, entry.output);

    const names = Object.keys(entry.gradients);
    const weights = floats(entry.weights.data, entry.weights.shape);
    if (names.length > 0) {
      const { value, gradients } = inputGradients(
        (given) => {
          const replaced = Object.fromEntries(names.map((name, place) => [name, given[place]!]));
          return sum(multiply(operation({ ...inputs, ...replaced }, entry.options), weights));
        },
        names.map((name) => inputs[name]!),
      );
      names.forEach((name, place) => expectNear(gradients[place]!, entry.gradients[name]!));
      disposeAll([value, ...gradients]);
    }
    disposeAll([output, weights, ...Object.values(inputs)]);
    expect(tensorCount()).toBe(before);
  },
);

test("batch statistics are given per norm group, biased, and leave nothing else behind", () => {
  const grouped = cases.filter((entry) => entry.mean !== undefined);
  expect(grouped.map((entry) => entry.options.groupRows!.length)).toEqual([1, 2]);
  for (const { inputs, options, mean, variance } of grouped) {
    const [x, gamma, beta] = ["x", "gamma", "beta"].map((name) => floats(inputs[name]!.data, inputs[name]!.shape));
    const before = tensorCount();
    const statistics = batchNormalizationTraining(x!, gamma!, beta!, options.epsilon!, options.groupRows!);
    expect(tensorCount()).toBe(before + 3);
    expectNear(statistics.mean, mean!);
    expectNear(statistics.variance, variance!);
    disposeAll([x, gamma, beta, statistics.output, statistics.mean, statistics.variance] as Tensor[]);
  }
});

test("batch normalisation by running statistics and every loss dispose what they make on the way", () => {
  const x = floats([1, 2, 3, 4, 5, 6], [2, 3]);
  const channel = floats([1, 2, 3], [3]);
  const labels = integers([1, 0], [2]);
  const before = tensorCount();
  for (const make of [
    () => batchNormalizationInference(x, channel, channel, channel, channel, 1e-5),
    () => crossEntropy(x, labels),
    () => divergence(x, x, 4),
    () => entropy(x),
    () => absolute(x),
    () => norm(x, 1),
    () => l2Normalize(x, 1),
    () => oneHot(labels, 3),
    () => withRows(x, labels, x),
  ]) {
    const made = make();
    expect(tensorCount()).toBe(before + 1);
    made.dispose();
  }
});

test("one class alone is hot everywhere, and its cross-entropy is 0", () => {
  const labels = integers([0, 0], [2]);
  const [hot, loss] = [oneHot(labels, 1), crossEntropy(floats([3, -2], [2, 1]), labels)];
  expect([hot.shape, [...readNow(hot)], readNow(loss)[0]! + 0]).toEqual([[2, 1], [1, 1], 0]);
});

test("replacing rows leaves the tensor that they are replaced in, and its clones", () => {
  const x = floats([1, 2, 3, 4], [2, 2]);
  const same = clone(x);
  const replaced = withRows(x, integers([1], [1]), floats([8, 9], [1, 2]));
  expect([x, same, replaced].map((tensor) => [...readNow(tensor)])).toEqual([[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 8, 9]]);
});

test("a cumulative sum, by hand, with and without the place itself", () => {
  const x = floats([1, 2, 3, 4, 5, 6], [2, 3]);
  expect([cumulativeSum(x), cumulativeSum(x, true)].map((tensor) => [...readNow(tensor)])).toEqual([[1, 3, 6, 4, 9, 15], [0, 1, 3, 0, 4, 9]]);
});

test("occurrences of whole numbers, by hand", () => {
  const before = tensorCount();
  const values = integers([3, 0, 3, 3, 1], [5]);
  const counts = occurrences(values, 5);
  expect([counts.dtype, [...readNow(counts)]]).toEqual(["float32", [1, 1, 0, 3, 0]]);
  disposeAll([values, counts]);
  expect(tensorCount()).toBe(before);
});

test("floor goes down, not towards zero, and has no gradient", () => {
  const { value, gradients } = inputGradients((given) => sum(floor(given[0]!)), [floats([-1.5, 1.5, 2], [3])]);
  expect([...readNow(value)]).toEqual([1]);
  expect([...readNow(gradients[0]!)]).toEqual([0, 0, 0]);
});

test("of equal values the earlier stands first among the largest", () => {
  const { values, indices } = largestOf(floats([1, 3, 2, 3, 3], [5]), 3);
  expect([...readNow(values)]).toEqual([3, 3, 3]);
  expect([...readNow(indices)]).toEqual([1, 3, 4]);
});

/** ‖got − expected‖ ≤ 1e-5 ‖expected‖, the pass rule of the parity tests. */
function expectNear(got: Tensor, expected: Numbers): void {
  expect(got.shape).toEqual(expected.shape);
  const values = readNow(got);
  const difference = Math.hypot(...expected.data.map((value, place) => values[place]! - value));
  expect(difference).toBeLessThanOrEqual(1e-5 * Math.hypot(...expected.data));
}
