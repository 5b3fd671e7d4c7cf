import { createStreams } from "@kdf/tensor";
import { expect, test } from "vitest";
import { kaimingNormal, normal, uniformByFanIn, zeros, type Initializer } from "./initializers.js";

const count = 40_000;
const fans = { in: 27, out: 144 };
const drawn = (initializer: Initializer): Float32Array => initializer(createStreams(7).at("weights"), count, fans);

function moments(values: Float32Array): { mean: number; deviation: number; kurtosis: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const central = (power: number): number => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  return { mean, deviation: Math.sqrt(central(2)), kurtosis: central(4) / central(2) ** 2 };
}

// Standard errors over 40,000 draws: mean 0.5 %, deviation 0.35 %, kurtosis 0.025 (normal); bounds are four of them.
test.each([
  ["kaiming normal", kaimingNormal, Math.sqrt(2 / 144)],
  ["N(0, 0.01²)", normal(0.01), 0.01],
])("%s", (_, initializer, deviation) => {
  const found = moments(drawn(initializer));
  expect(Math.abs(found.mean / deviation)).toBeLessThan(0.02);
  expect(Math.abs(found.deviation / deviation - 1)).toBeLessThan(0.015);
  expect(Math.abs(found.kurtosis - 3)).toBeLessThan(0.1);
});

test("PyTorch's default: uniform within ±1/√27", () => {
  const values = drawn(uniformByFanIn);
  const bound = 1 / Math.sqrt(27);
  const found = moments(values);
  expect(Math.abs(found.deviation / (bound / Math.sqrt(3)) - 1)).toBeLessThan(0.015);
  expect(Math.abs(found.kurtosis - 1.8)).toBeLessThan(0.05);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound));
  expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.99 * bound);
});

test("zeros draw nothing", () => {
  const stream = createStreams(7).at("weights");
  expect([...zeros(stream, 3, fans)]).toEqual([0, 0, 0]);
  expect(stream.uniform()).toBe(createStreams(7).at("weights").uniform());
});
