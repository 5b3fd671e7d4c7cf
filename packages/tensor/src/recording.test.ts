import { beforeAll, expect, it } from "vitest";
import { add, clone, convolution, floats, multiply, recordOperations, rectifiedLinear, scope, split, startReferenceEngine, type RecordedOperation } from "./index.js";

beforeAll(startReferenceEngine);

it("tells each operation with what it was given and made, without those that it is made of", () => {
  const x = floats([1, -2], [2]);
  const told: RecordedOperation[] = [];
  const result = recordOperations((operation) => told.push(operation), () => scope(() => rectifiedLinear(add(multiply(x, 2), x))));
  expect(told.map(({ name }) => name)).toEqual(["multiply", "add", "rectifiedLinear"]);
  expect(told[1]!.parameters).toEqual([told[0]!.result, x]);
  expect(told[2]!.result).toBe(result);
  expect(told[0]!.parameters).toEqual([x, 2]);
});

it("takes an operation that is composed of others for one, and operations of the listener for none", () => {
  const [x, filter] = [floats([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]), floats([1, 2], [1, 1, 1, 2])];
  const names: string[] = [];
  recordOperations(({ name }) => (names.push(name), void clone(x)), () => split(convolution(x, filter, { groups: 2 }), [1, 1], 3));
  expect(names).toEqual(["convolution", "split"]);
});

it("ends with its body, also where that throws", () => {
  const names: string[] = [];
  const failing = (): void => {
    clone(floats([1], [1]));
    throw new Error("no");
  };
  expect(() => recordOperations(({ name }) => names.push(name), failing)).toThrow("no");
  floats([1], [1]);
  expect(names).toEqual(["floats", "clone"]);
});
