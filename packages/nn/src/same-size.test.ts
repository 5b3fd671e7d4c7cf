import { disposeAll, floats, readNow, startReferenceEngine } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { atSmallerSize } from "./same-size.js";

beforeAll(startReferenceEngine);

it("averages the larger map down, along each axis the longer, and passes what fits", () => {
  const tall = floats([1, 2, 3, 4, 5, 6, 7, 8], [1, 4, 2, 1]);
  const wide = floats([1, 3, 5, 7], [1, 1, 4, 1]);
  const square = floats([1, 2, 3, 4], [1, 2, 2, 1]);
  const read = (...[a, b]: Parameters<typeof atSmallerSize>): number[][] => atSmallerSize(a, b).map((map) => [...readNow(map)]);
  expect(read(tall, square)).toEqual([[2, 3, 6, 7], [1, 2, 3, 4]]);
  expect(read(square, tall)).toEqual([[1, 2, 3, 4], [2, 3, 6, 7]]);
  expect(read(tall, wide)).toEqual([[4, 5], [2, 6]]);
  expect(atSmallerSize(square, square)).toEqual([square, square]);
  disposeAll([tall, wide, square]);
});
