import { expect, test } from "vitest";
import { MemoryImageSource, subset } from "./image-source.js";

const source = new MemoryImageSource(
  Uint8Array.from([0, 1, 10, 11, 20, 21, 30, 31]),
  Int32Array.from([5, 6, 7, 8]),
  Int32Array.from([100, 101, 102, 103]),
);

test("reads rows in the order asked, also twice", () => {
  expect([...source.read(Int32Array.from([2, 0, 2]))]).toEqual([20, 21, 0, 1, 20, 21]);
});

test("what was read is the caller's own", () => {
  source.read(Int32Array.from([1])).fill(99);
  expect([...source.read(Int32Array.from([1]))]).toEqual([10, 11]);
});

test("identities are the row numbers unless given", () => {
  const plain = new MemoryImageSource(new Uint8Array(3), new Int32Array(3));
  expect([...plain.identities]).toEqual([0, 1, 2]);
});

test("a subset keeps labels and identities, and nests", async () => {
  const odd = subset(source, Int32Array.from([3, 1]));
  expect(odd.length).toBe(2);
  expect([...odd.labels]).toEqual([8, 6]);
  expect([...odd.identities]).toEqual([103, 101]);
  expect([...(await odd.read(Int32Array.from([1, 0])))]).toEqual([10, 11, 30, 31]);
  const one = subset(odd, Int32Array.from([0]));
  expect([...one.identities]).toEqual([103]);
  expect([...(await one.read(Int32Array.from([0])))]).toEqual([30, 31]);
});
