import { expect, test } from "vitest";
import { expectParity, relativeError } from "./parity.js";

test("the error is of the whole, not of its elements", () => {
  expect(relativeError([3, 4.5], [3, 4])).toBeCloseTo(0.1, 12);
  expect(relativeError([1e-9, 5], [0, 5])).toBeLessThan(1e-9);
  expect(relativeError([3, 4], [0, 0], 10)).toBeCloseTo(0.5, 12);
  expect(relativeError([0.5], [0])).toBe(0.5);
});

test("within 1e-5 passes, or within three times PyTorch float32's own error; more does not, nor what is no number", () => {
  expectParity("x", [1.000009], [1], 0);
  expectParity("x", [1.00002], [1], 7e-6);
  expect(() => expectParity("x", [1.00002], [1], 6e-6)).toThrow(/relative error of x/);
  expect(() => expectParity("x", [Number.NaN], [1], 1)).toThrow(/relative error of x/);
  expect(() => expectParity("x", [1, 1], [1], 1)).toThrow(/length of x/);
});
