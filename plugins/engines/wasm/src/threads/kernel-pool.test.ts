import { execFileSync } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
import { exclusiveMemoryBinary, sharedMemoryBinary } from "../native/binary.js";
import type { NativeKernels } from "../native/native-kernels.js";
import { createKernelPool, type KernelRunner } from "./kernel-pool.js";

vi.setConfig({ testTimeout: 60_000 });

/** The JSON that a program of ../testing prints; `first` is imported before it and before each of its threads. */
function outputOf(program: string, parameters: readonly number[], first?: string): unknown {
  const path = (name: string) => fileURLToPath(new URL(`../testing/${name}`, import.meta.url));
  const imports = ["tsx", ...(first === undefined ? [] : [path(first)])].flatMap((name) => ["--import", name]);
  const output = execFileSync(
    process.execPath, [...imports, path(program), ...parameters.map(String)], { encoding: "utf8", timeout: 30_000 },
  );
  return JSON.parse(output);
}

interface Counts {
  readonly runs: number;
  readonly wrong: number;
}

it.each([
  [4, "that run freely", undefined],
  [4, "that stand still between their steps", "slow-atomics.mjs"],
  [8, "that stand still between their steps", "slow-atomics.mjs"],
])("does each task of many short runs of different sizes once, on %i threads %s", (threads, _, first) => {
  const { runs, wrong } = outputOf("run-many.ts", [threads, 1500], first) as Counts;
  expect(runs).toBeGreaterThan(100);
  expect(wrong).toBe(0);
});

it("waits for a thread that ended in the middle of its task so long and no longer, and computes no more", () => {
  const failed = {
    code: "KDF_ENGINE_FAILED",
    message: expect.stringMatching(/engine wasm failed in rectify: 1 of 2 tasks are not done, and for 0.5 s none was/),
  };
  expect(outputOf("lose-thread.ts", [], "end-with-task.mjs")).toEqual([{ ...failed, waited: true }, { ...failed, waited: false }]);
});

const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
const compiled = (binary: string) => new WebAssembly.Module(Buffer.from(binary, "base64"));
const module = compiled(sharedMemoryBinary);
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as NativeKernels;

it("says between runs that a thread could not start", async () => {
  // The threads cannot have a shared memory with this module.
  const pool = createKernelPool(kernels, compiled(exclusiveMemoryBinary), memory, 2);
  await vi.waitFor(async () => {
    await setTimeout(10);
    expect(() => fill(pool, 1)).toThrow(/engine wasm failed in fillNumbers: thread 1 of its kernels ended: .*shared/);
  }, 20_000);
});

it("throws what a kernel fails with after all tasks are done, and goes on", () => {
  const pool = createKernelPool(kernels, module, memory, 2);
  const outside = memory.buffer.byteLength;
  for (let round = 0; round < 100; round++) {
    expect(() => pool.run("fillNumbers", [[outside, 4, 1], [outside, 4, 1], [outside, 4, 1]])).toThrow(
      expect.objectContaining({
        code: "KDF_ENGINE_FAILED",
        message: expect.stringMatching(/in fillNumbers: (memory access out of bounds|the kernel failed on another thread)/),
      }),
    );
    expect(fill(pool, round)).toEqual([round, round, round, round]);
  }
});

/** Sets the first four numbers of the memory, by two tasks. */
function fill(pool: KernelRunner, bits: number): number[] {
  pool.run("fillNumbers", [[0, 2, bits], [8, 2, bits]]);
  return [...new Int32Array(memory.buffer, 0, 4)];
}
