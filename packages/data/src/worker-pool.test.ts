import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test, vi } from "vitest";
import { doubling, exiting, failing, hanging, type Numbers } from "../fixtures/jobs.js";
import { WorkerPool } from "./worker-pool.js";

const numbers = (...values: number[]): Numbers => ({ values: Float32Array.from(values) });
const died = expect.objectContaining({ code: "KDF_WORKER_DIED" });

vi.setConfig({ testTimeout: 30_000 });

let pool: WorkerPool;
afterEach(async () => {
  vi.restoreAllMocks();
  await pool.dispose();
});

test("without threads a job runs here; with threads on them, and its arrays move", async () => {
  pool = new WorkerPool(0);
  expect(await pool.run(doubling, numbers(1, 2))).toEqual({ values: Float32Array.from([2, 4]), thread: expect.any(Number) });
  const here = (await pool.run(doubling, numbers(1))).thread;
  pool = new WorkerPool(2);
  const payload = numbers(3, 4);
  const results = await Promise.all([pool.run(doubling, payload), pool.run(doubling, numbers(5))]);
  expect(payload.values.length).toBe(0);
  expect(results.map(({ values }) => [...values])).toEqual([[6, 8], [10]]);
  const threads = new Set(results.map(({ thread }) => thread));
  expect(threads.size).toBe(2);
  expect(threads.has(here)).toBe(false);
});

describe("a thread that dies is told at once, to every job under way and from then on", () => {
  const ways = [
    ["throws", failing, /the job cannot be done/],
    ["exits", exiting, /ended with code 3/],
  ] as const;
  test.each(ways)("one that %s", async (_, way, message) => {
    pool = new WorkerPool(2);
    const other = pool.run(hanging, numbers(1));
    const dead = pool.run(way, numbers(1));
    const [deadResult, otherResult] = await Promise.allSettled([dead, other]);
    expect(deadResult).toEqual({ status: "rejected", reason: died });
    expect(otherResult).toEqual({ status: "rejected", reason: died });
    await expect(pool.run(doubling, numbers(1))).rejects.toThrow(message);
  });

  test("one that is ended from outside", async () => {
    const post = vi.spyOn(Worker.prototype, "postMessage");
    pool = new WorkerPool(1);
    const hung = pool.run(hanging, numbers(1));
    await (post.mock.contexts[0] as Worker).terminate();
    await expect(hung).rejects.toEqual(died);
  });
});

test("disposing refuses what is under way, ends, and may be repeated", async () => {
  pool = new WorkerPool(1);
  const hung = pool.run(hanging, numbers(1));
  const refused = expect(hung).rejects.toEqual(died);
  await pool.dispose();
  await refused;
  await pool.dispose();
});
