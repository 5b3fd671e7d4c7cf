import { disposeAll, floats, multiply, readNow, scope, startReferenceEngine, tensorCount, type Tensor } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { describeRectifiedStages, rectifiedStages, throughStage } from "./rectified-stages.js";

beforeAll(startReferenceEngine);

const pass = { training: false, groupRows: [1] };
const negated = { forward: (x: Tensor): Tensor => multiply(x, -1) };

test("a stage has a ReLU between its blocks, and none after the last", () => {
  const x = floats([1, -2], [1, 2, 1, 1]);
  const before = tensorCount();
  const once = throughStage([negated], x, pass);
  const twice = throughStage([negated, negated], x, pass);
  expect([...readNow(once)]).toEqual([-1, 2]);
  expect([...readNow(twice)]).toEqual([-0, -2]);
  disposeAll([once, twice]);
  expect(tensorCount()).toBe(before);
});

test("stages are tapped before and after their ReLU, under the names and shapes of the description", () => {
  const images = floats([1, -2, 3, 4], [1, 2, 2, 1]);
  const { pooled, taps } = scope(() => rectifiedStages(images, [(x) => multiply(x, 2), (x) => multiply(x, -1)]) as never) as ReturnType<typeof rectifiedStages>;
  expect(Object.fromEntries(Object.entries(taps).map(([name, tap]) => [name, [...readNow(tap)]]))).toEqual({
    f0: [2, 0, 6, 8], f1: [0, 0, 0, 0], pooled: [0], f0Preactivation: [2, -4, 6, 8], f1Preactivation: [-2, -0, -6, -8],
  });
  expect(taps["pooled"]).toBe(pooled);
  const described = describeRectifiedStages([{ side: 2, channels: 1 }, { side: 2, channels: 1 }]);
  expect(Object.entries(taps).map(([name, { shape }]) => [name, shape.slice(1)])).toEqual(Object.entries(described));
  disposeAll([images, ...Object.values(taps)]);
});
