import { beforeAll, expect, test } from "vitest";
import {
  add,
  clone,
  disposeAll,
  floats,
  keep,
  read,
  readNow,
  scope,
  startReferenceEngine,
  tensorBytes,
  tensorCount,
  Parameter,
} from "./index.js";

beforeAll(startReferenceEngine);

test("a scope disposes what it made and gives out what it returns, alone or in arrays and objects", () => {
  const before = tensorCount();
  const result = scope(() => {
    const a = floats([1, 2], [2]);
    const lost = add(a, a);
    return { sum: add(lost, a), list: [add(a, 1)] };
  });
  expect(tensorCount()).toBe(before + 2);
  expect([...readNow(result.sum)]).toEqual([3, 6]);
  expect([...readNow(result.list[0]!)]).toEqual([2, 3]);
  disposeAll(result);
  expect(tensorCount()).toBe(before);
});

test("a scope that throws disposes everything", () => {
  const before = tensorCount();
  expect(() =>
    scope(() => {
      add(floats([1], [1]), 1);
      throw new Error("within");
    }),
  ).toThrow("within");
  expect(tensorCount()).toBe(before);
});

test("what is kept outlives the scopes around it, until it is disposed", () => {
  const before = tensorCount();
  let kept: ReturnType<typeof floats> | undefined;
  scope(() => {
    scope(() => {
      kept = keep(floats([4], [1]));
    });
  });
  expect(tensorCount()).toBe(before + 1);
  expect([...readNow(kept!)]).toEqual([4]);
  kept!.dispose();
  expect(tensorCount()).toBe(before);
});

test("a clone lives on when its original is disposed", () => {
  const original = floats([1, 2, 3], [3]);
  const bytes = tensorBytes();
  const copy = clone(original);
  original.dispose();
  expect(tensorBytes()).toBe(bytes);
  expect([...readNow(copy)]).toEqual([1, 2, 3]);
  copy.dispose();
});

test("disposing twice does no harm", () => {
  const tensor = floats([1], [1]);
  const before = tensorCount();
  disposeAll([tensor, { again: tensor }, undefined]);
  disposeAll(tensor);
  expect(tensorCount()).toBe(before - 1);
});

test("values are read as they were written", async () => {
  const tensor = floats(new Float32Array([0.1, -2]), [2]);
  expect(await read(tensor)).toEqual(new Float32Array([0.1, -2]));
  tensor.dispose();
});

test("a parameter copies what it is given, and assigning changes nothing but its value", () => {
  const before = tensorCount();
  const initial = floats([1, 2], [2]);
  const parameter = new Parameter(initial);
  initial.dispose();
  const value = parameter.value;
  const next = floats([3, 4], [2]);
  parameter.assign(next);
  next.dispose();
  expect(parameter.value).toBe(value);
  expect([...readNow(parameter.value)]).toEqual([3, 4]);
  expect(tensorCount()).toBe(before + 1);
  parameter.dispose();
  expect(tensorCount()).toBe(before);
});

test("a parameter made within a scope outlives it", () => {
  const before = tensorCount();
  let parameter: Parameter | undefined;
  scope(() => {
    parameter = new Parameter(floats([5], [1]));
  });
  expect([...readNow(parameter!.value)]).toEqual([5]);
  parameter!.dispose();
  expect(tensorCount()).toBe(before);
});

test("a value of another shape cannot be assigned", () => {
  const parameter = new Parameter(floats([1, 2], [2]));
  const other = floats([1, 2, 3], [3]);
  expect(() => parameter.assign(other)).toThrow(/shape/);
  disposeAll(other);
  parameter.dispose();
});
