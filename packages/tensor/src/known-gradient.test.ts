import { beforeAll, expect, it } from "vitest";
import { startReferenceEngine } from "./engine.js";
import { inputGradients } from "./gradients.js";
import { knownGradient } from "./known-gradient.js";
import { disposeAll, readNow, scope, tensorCount } from "./memory.js";
import { add, multiply, square } from "./operations/elementwise.js";
import { floats } from "./operations/create.js";
import { sum } from "./operations/reduction.js";

beforeAll(startReferenceEngine);

it("gives the value, and the gradients that were computed beside it, through what comes before and after", () => {
  const inputs = [floats([1, 2, 3], [3]), floats([4, 5, 6], [3])];
  const before = tensorCount();
  // 3·Σ 2a·b, said to have the gradients of something else: these are what counts.
  const { value, gradients } = inputGradients(
    ([a, b]) => multiply(knownGradient(([x, y]) => ({ value: sum(multiply(x!, y!)), gradients: [square(x!), add(y!, 1)] }), [multiply(a!, 2), b!]), 3),
    inputs,
  );
  expect([...readNow(value)]).toEqual([3 * (2 * 4 + 4 * 5 + 6 * 6)]);
  expect(gradients.map((gradient) => [...readNow(gradient)])).toEqual([[4, 16, 36].map((squared) => 3 * 2 * squared), [5, 6, 7].map((one) => 3 * one)]);
  disposeAll([value, ...gradients]);
  expect(tensorCount()).toBe(before);
  disposeAll(inputs);
});

it("leaves nothing behind but the value where no gradient is asked for", () => {
  const input = floats([1, 2], [2]);
  const before = tensorCount();
  const value = scope(() => knownGradient(([x]) => ({ value: sum(square(x!)), gradients: [multiply(x!, 2)] }), [input]));
  expect(readNow(value)[0]).toBe(5);
  expect(tensorCount()).toBe(before + 1);
  disposeAll([value, input]);
});

it("holds what it makes no longer than its own call, within a gradient too", () => {
  const input = floats([1, 2], [2]);
  let within = 0;
  const { value, gradients } = inputGradients(([a]) => {
    const before = tensorCount();
    const made = knownGradient(([x]) => {
      for (let round = 0; round < 50; round += 1) scope(() => void square(x!));
      return { value: sum(x!), gradients: [square(x!)] };
    }, [a!]);
    within = tensorCount() - before;
    return made;
  }, [input]);
  // The value, and the gradient that waits.
  expect(within).toBe(2);
  disposeAll([value, ...gradients, input]);
});
