import { beforeAll, expect, test } from "vitest";
import { createStreams } from "./random/streams.js";
import {
  add,
  batchNormalizationTraining,
  convolution,
  crossEntropy,
  detach,
  disposeAll,
  floats,
  globalAveragePool,
  inputGradients,
  integers,
  matrixMultiply,
  multiply,
  Parameter,
  readNow,
  rectifiedLinear,
  square,
  startReferenceEngine,
  sum,
  tensorCount,
  valueAndGradients,
  type Tensor,
} from "./index.js";

beforeAll(startReferenceEngine);

const values = (tensor: Tensor): number[] => [...readNow(tensor)];

test("gradients by name, and nothing else left behind", () => {
  const a = new Parameter(floats([1, 2], [2]));
  const b = new Parameter(floats([3, 5], [2]));
  const before = tensorCount();
  const { value, gradients } = valueAndGradients(
    () => sum(multiply(square(a.value), b.value)),
    new Map([["a", a], ["b", b]]),
  );
  expect(values(value)).toEqual([23]);
  expect(values(gradients.get("a")!)).toEqual([6, 20]);
  expect(values(gradients.get("b")!)).toEqual([1, 4]);
  expect(tensorCount()).toBe(before + 3);
  disposeAll([value, ...gradients.values()]);
  a.dispose();
  b.dispose();
});

test("a parameter that the value does not depend on has no gradient; a factor of zero has zeros", () => {
  const used = new Parameter(floats([2], [1]));
  const weightless = new Parameter(floats([2], [1]));
  const unused = new Parameter(floats([2], [1]));
  const { value, gradients } = valueAndGradients(
    () => add(sum(square(used.value)), multiply(sum(weightless.value), 0)),
    new Map([["used", used], ["weightless", weightless], ["unused", unused]]),
  );
  expect([...gradients.keys()]).toEqual(["used", "weightless"]);
  expect(values(gradients.get("weightless")!)).toEqual([0]);
  disposeAll([value, ...gradients.values()]);
  [used, weightless, unused].forEach((parameter) => parameter.dispose());
});

test("a value that depends on no parameter is refused by code, and nothing is left behind", () => {
  const parameter = new Parameter(floats([2], [1]));
  const constant = floats([1, 2], [2]);
  const before = tensorCount();
  expect(() => valueAndGradients(() => sum(square(constant)), new Map([["p", parameter]]))).toThrow(
    expect.objectContaining({ code: "KDF_LOSS_UNCONNECTED" }),
  );
  expect(tensorCount()).toBe(before);
  parameter.dispose();
  constant.dispose();
});

test("a body that throws in the middle leaves nothing behind, and the next gradient is right", () => {
  const parameter = new Parameter(floats([2, 3], [2]));
  const trained = new Map([["p", parameter]]);
  const before = tensorCount();
  expect(() =>
    valueAndGradients(() => {
      square(multiply(parameter.value, 3));
      throw new Error("within");
    }, trained),
  ).toThrow("within");
  expect(tensorCount()).toBe(before);
  const { value, gradients } = valueAndGradients(() => sum(square(parameter.value)), trained);
  expect(values(gradients.get("p")!)).toEqual([4, 6]);
  disposeAll([value, ...gradients.values()]);
  parameter.dispose();
});

test("a detached value has the values and no gradient", () => {
  const parameter = new Parameter(floats([2, 3], [2]));
  const { value, gradients } = valueAndGradients(
    () => sum(multiply(detach(square(parameter.value)), parameter.value)),
    new Map([["p", parameter]]),
  );
  expect(values(value)).toEqual([8 + 27]);
  expect(values(gradients.get("p")!)).toEqual([4, 9]);
  disposeAll([value, ...gradients.values()]);
  parameter.dispose();
});

test("a detached value lives on when its source is disposed", () => {
  const source = floats([7], [1]);
  const constant = detach(source);
  source.dispose();
  expect(values(constant)).toEqual([7]);
  constant.dispose();
});

test("an input that the value does not depend on has zeros", () => {
  const [a, b] = [floats([1, 2], [2]), floats([3], [1])];
  const before = tensorCount();
  const { value, gradients } = inputGradients(([x]) => sum(square(x!)), [a, b]);
  expect(gradients.map(values)).toEqual([[2, 4], [0]]);
  disposeAll([value, ...gradients]);
  expect(tensorCount()).toBe(before);
  disposeAll([a, b]);
});

test("a small network's gradients agree with finite differences", () => {
  const stream = createStreams(5).at("values");
  const normal = (...shape: number[]): Tensor =>
    floats(Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => stream.normal()), shape);
  const labels = integers([0, 2, 1, 1, 0], [5]);
  const inputs = [normal(5, 3, 3, 1), normal(3, 3, 1, 2), normal(2), normal(2), normal(2, 3)];
  const loss = ([x, filter, gamma, beta, weights]: readonly Tensor[]): Tensor => {
    const mapped = convolution(x!, filter!, { stride: 2, padding: 1 });
    // Groups of 2 and 3 rows: a finite difference of one row moves its own group only.
    const { output } = batchNormalizationTraining(mapped, gamma!, beta!, 1e-5, [2, 3]);
    return crossEntropy(matrixMultiply(globalAveragePool(rectifiedLinear(output)), weights!), labels);
  };
  const { value, gradients } = inputGradients(loss, inputs);
  inputs.forEach((input, place) => {
    const numeric = finiteDifferences((changed) => readNow(loss(inputs.with(place, changed)))[0]!, input);
    const exact = readNow(gradients[place]!);
    const difference = Math.hypot(...numeric.map((slope, entry) => slope - exact[entry]!));
    expect(difference).toBeLessThan(5e-3 * Math.hypot(...exact));
  });
  disposeAll([value, ...gradients, ...inputs, labels]);
}, 30_000);

/** Central differences of a float32 function: about three digits. */
function finiteDifferences(f: (input: Tensor) => number, input: Tensor): number[] {
  const data = readNow(input) as Float32Array;
  const step = 2e-3;
  const at = (entry: number, change: number): number => {
    const moved = Float32Array.from(data);
    moved[entry]! += change;
    const tensor = floats(moved, input.shape);
    const result = f(tensor);
    tensor.dispose();
    return result;
  };
  return Array.from(data, (_, entry) => (at(entry, step) - at(entry, -step)) / (2 * step));
}
