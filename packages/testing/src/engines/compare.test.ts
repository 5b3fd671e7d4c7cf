import { expect, test } from "vitest";
import { difference, relativeError } from "./compare.js";

const floats = (...numbers: number[]) => ({ shape: [numbers.length], data: Float32Array.from(numbers) });

test("the error is relative to the norm of the whole", () => {
  expect(relativeError(floats(3, 4), floats(3, 4))).toBe(0);
  // ‖(0, 0.5)‖ / ‖(3, 4)‖ = 0.5 / 5
  expect(relativeError(floats(3, 4.5), floats(3, 4))).toBeCloseTo(0.1, 12);
  // Beside nothing but zeros it is absolute.
  expect(relativeError(floats(0, 0.25), floats(0, 0))).toBe(0.25);
});

test("what is not a finite number must be in the same place", () => {
  const reference = floats(1, Number.NaN, Number.POSITIVE_INFINITY);
  expect(relativeError(floats(1, Number.NaN, Number.POSITIVE_INFINITY), reference)).toBe(0);
  for (const other of [floats(1, 2, Number.POSITIVE_INFINITY), floats(1, Number.NaN, 3), floats(1, Number.NaN, Number.NEGATIVE_INFINITY), floats(Number.NaN, Number.NaN, Number.POSITIVE_INFINITY)]) {
    expect(relativeError(other, reference) <= 1e-5).toBe(false);
  }
});

test("a difference is said in words", () => {
  const say = (ours: Parameters<typeof difference>[1], reference: Parameters<typeof difference>[2]) => difference("output", ours, reference, 1e-5);
  expect(say([floats(1, 2)], [floats(1, 2)])).toBeUndefined();
  expect(say([floats(1, 2), floats(1)], [floats(1, 2)])).toBe("it gives 2 outputs instead of 1");
  expect(say([{ ...floats(1, 2), shape: [1, 2] }], [floats(1, 2)])).toBe("output 1 of 1 has shape [1, 2] instead of [2]");
  expect(say([{ shape: [1], data: Int32Array.of(1) }], [floats(1)])).toBe("output 1 of 1 has other numbers: Int32Array instead of Float32Array");
  expect(say([floats(1), floats(2.1)], [floats(1), floats(2)])).toBe("output 2 of 2, of shape [1], differs by 5.0e-2 of its norm");
});
