import { expect, test } from "vitest";
import { fromReference, layouts, toReference } from "./layout.js";

const counted = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i);

test("a matrix [2,3] of ours is [3,2] in PyTorch", () => {
  expect(layouts.linear.referenceShape([2, 3])).toEqual([3, 2]);
  expect([...toReference(counted(6), [2, 3], layouts.linear)]).toEqual([0, 3, 1, 4, 2, 5]);
});

test("a filter [1,2,2,3] of ours is [3,2,1,2] in PyTorch", () => {
  expect(layouts.convolution.referenceShape([1, 2, 2, 3])).toEqual([3, 2, 1, 2]);
  // Ours: place (0,w), input i, output o holds 6w + 3i + o; PyTorch's order is o, i, w.
  expect([...toReference(counted(12), [1, 2, 2, 3], layouts.convolution)]).toEqual([0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11]);
});

test("a depthwise filter [1,2,2,2] of ours is [4,1,1,2] in PyTorch", () => {
  expect(layouts.depthwise.referenceShape([1, 2, 2, 2])).toEqual([4, 1, 1, 2]);
  expect([...toReference(counted(8), [1, 2, 2, 2], layouts.depthwise)]).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
});

test.each(Object.entries(layouts))("%s: there and back again", (name, layout) => {
  const shape = name === "plain" ? [7] : name === "linear" ? [4, 5] : [3, 3, 2, 5];
  const values = counted(shape.reduce((a, b) => a * b));
  const there = toReference(values, shape, layout);
  expect([...fromReference(there, shape, layout)]).toEqual([...values]);
});
