import { beforeAll, expect, it } from "vitest";
import { multiply } from "./operations/elementwise.js";
import { floats } from "./operations/create.js";
import { startReferenceEngine } from "./engine.js";
import { scope, tensorCount } from "./memory.js";
import { matrixMultiply } from "./operations/linear.js";
import { profileOperations } from "./profile.js";

beforeAll(startReferenceEngine);

it("tells the calls and the time of each kind of operation, and leaves no tensor", async () => {
  const count = tensorCount();
  const started = performance.now();
  const operations = await profileOperations(async () => {
    scope(() => {
      const square = floats(new Float32Array(100 * 100).fill(0.5), [100, 100]);
      matrixMultiply(multiply(square, 2), multiply(square, 3));
    });
    await Promise.resolve();
  });
  const whole = performance.now() - started;
  const calls = Object.fromEntries(operations.map((operation) => [operation.name, operation.calls]));
  expect(calls).toMatchObject({ Multiply: 2, BatchMatMul: 1 });
  const total = operations.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(whole);
  expect(operations.map(({ milliseconds }) => milliseconds)).toEqual(operations.map(({ milliseconds }) => milliseconds).sort((a, b) => b - a));
  expect(tensorCount()).toBe(count);
});

it("tells nothing of an earlier body, also after one that failed", async () => {
  await expect(profileOperations(() => Promise.reject(new Error("stop")))).rejects.toThrow("stop");
  expect(await profileOperations(() => Promise.resolve())).toEqual([]);
});
