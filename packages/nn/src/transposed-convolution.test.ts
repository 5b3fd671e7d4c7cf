import { readFileSync } from "node:fs";
import { createStreams, disposeAll, floats, multiply, Parameter, readNow, startReferenceEngine, sum, tensorCount, valueAndGradients } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { toReference } from "./layout.js";
import { loadStateDict } from "./state-dict.js";
import { TransposedConvolution, type TransposedConvolutionShape } from "./transposed-convolution.js";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly shape: Required<TransposedConvolutionShape>;
  /** In PyTorch's layout. */
  readonly state: Readonly<Record<string, Numbers>>;
  readonly x: Numbers;
  readonly output: Numbers;
  readonly direction: Numbers;
  /** Of sum(output · direction), in x and in the state. */
  readonly gradients: Readonly<Record<string, Numbers>>;
  readonly fanIn: number;
}

// PyTorch's numbers in float64: fixtures/transposed_convolution.py.
const cases = JSON.parse(readFileSync(new URL("../fixtures/transposed-convolution.json", import.meta.url), "utf8")) as Case[];
const stream = createStreams(3).at("transposed-convolution");

beforeAll(startReferenceEngine);

test.each(cases)("equals PyTorch in values and gradients, $shape", ({ shape, state, x, output, direction, gradients: expected }) => {
  const before = tensorCount();
  const module = new TransposedConvolution(shape, stream);
  const stored = Object.entries(state).map(([name, { shape, data }]) => [name, { dtype: "F32", shape: [...shape], data: Float32Array.from(data) }] as const);
  loadStateDict(module, new Map(stored), "the fixture");
  const [given, towards] = [floats(x.data, x.shape), floats(direction.data, direction.shape)];
  const images = new Parameter(given);
  let mapped: { readonly shape: readonly number[]; readonly data: ArrayLike<number> } | undefined;
  const { value, gradients } = valueAndGradients(() => {
    const made = module.forward(images.value);
    mapped = { shape: made.shape, data: readNow(made).slice() };
    return sum(multiply(made, towards));
  }, new Map<string, Parameter>([["x", images], ...module.parameters()]));

  expect(mapped!.shape).toEqual(output.shape);
  expectNear(mapped!.data, output.data);
  expectNear(readNow(gradients.get("x")!), expected["x"]!.data);
  expect([...module.parameters().keys()]).toEqual(Object.keys(state));
  for (const [name, { layout }] of module.parameters()) {
    const gradient = gradients.get(name)!;
    expect(layout.referenceShape(gradient.shape)).toEqual(expected[name]!.shape);
    expectNear(toReference(readNow(gradient), gradient.shape, layout), expected[name]!.data);
  }
  disposeAll([value, ...gradients.values(), given, towards]);
  images.dispose();
  module.dispose();
  expect(tensorCount()).toBe(before);
});

test.each(cases)("begins as PyTorch does, uniform up to 1/√$fanIn", ({ shape, fanIn }) => {
  const module = new TransposedConvolution({ ...shape, inputs: 40 }, stream);
  const bound = 1 / Math.sqrt(fanIn);
  const weights = [...readNow(module.weight.value)];
  expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(bound * (1 + 1e-6));
  const variance = weights.reduce((total, weight) => total + weight ** 2, 0) / weights.length;
  expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(0.15);
  if (module.bias !== null) expect(Math.max(...[...readNow(module.bias.value)].map(Math.abs))).toBeLessThanOrEqual(bound * (1 + 1e-6));
  module.dispose();
});

/** ‖got − expected‖ ≤ 1e-5 ‖expected‖, the pass rule of the parity tests. */
function expectNear(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  const difference = Math.hypot(...expected.map((value, place) => got[place]! - value));
  expect(difference).toBeLessThanOrEqual(1e-5 * Math.hypot(...expected));
}
