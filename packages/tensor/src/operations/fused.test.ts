import { beforeAll, expect, test } from "vitest";
import { startReferenceEngine } from "../engine.js";
import { readNow } from "../memory.js";
import { convolution } from "./convolution.js";
import { floats } from "./create.js";
import { add, maximum } from "./elementwise.js";
import { fusedConvolution } from "./fused.js";

beforeAll(async () => {
  await startReferenceEngine();
});

const ramp = (length: number): number[] => Array.from({ length }, (_, i) => ((i * 37) % 19) / 9 - 1);

test("one pixel, by hand: 2 · 3 + 1 · (-4) + 0.5 = 2.5, and -2.5 becomes 0", () => {
  const x = floats([2, 1], [1, 1, 1, 2]);
  const filter = floats([3, -3, -4, 4], [1, 1, 2, 2]);
  const bias = floats([0.5, -0.5], [2]);
  expect([...readNow(fusedConvolution(x, filter, bias))]).toEqual([2.5, -2.5]);
  expect([...readNow(fusedConvolution(x, filter, bias, { activation: "rectifiedLinear" }))]).toEqual([2.5, 0]);
});

test.each([
  { size: 3, stride: 1, padding: 1 },
  { size: 3, stride: 2, padding: 1 },
  { size: 1, stride: 2, padding: 0 },
  { size: 3, stride: 1, padding: 0 },
  { size: 5, stride: 2, padding: 2 },
])("equals convolution, bias and maximum with 0: %o", ({ size, stride, padding }) => {
  const x = floats(ramp(2 * 7 * 7 * 3), [2, 7, 7, 3]);
  const filter = floats(ramp(size * size * 3 * 4), [size, size, 3, 4]);
  const bias = floats(ramp(4), [4]);
  const separate = maximum(add(convolution(x, filter, { stride, padding }), bias), 0);
  const fused = fusedConvolution(x, filter, bias, { stride, padding, activation: "rectifiedLinear" });
  expect(fused.shape).toEqual(separate.shape);
  const values = readNow(fused);
  readNow(separate).forEach((value, i) => expect(values[i]).toBeCloseTo(value, 5));
});
