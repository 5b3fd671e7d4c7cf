import { add, floats, multiply, readNow, scope, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { inTurn } from "./in-turn.js";

beforeAll(async () => {
  await startReferenceEngine();
});

test("steps follow one another, and a step finds only what the step before it made", () => {
  const x = floats([3], [1]);
  const before = tensorCount();
  let held = 0;
  const result = scope(() =>
    inTurn(x, [
      (y) => add(multiply(y, 2), 1),
      (y) => multiply(y, 10),
      (y) => {
        held = tensorCount() - before;
        return y;
      },
      (y) => add(y, 1),
    ]),
  );
  expect([...readNow(result)]).toEqual([71]);
  expect(held).toBe(1);
  expect(tensorCount()).toBe(before + 1);
  expect([...readNow(x)]).toEqual([3]);
});

test("no steps: the input itself", () => {
  const x = floats([3], [1]);
  expect(inTurn(x, [])).toBe(x);
});
