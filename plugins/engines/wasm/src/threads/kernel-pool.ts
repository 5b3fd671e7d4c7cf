import { Worker } from "node:worker_threads";
import { engineFailed } from "@kdf/core";
import type { NativeKernels } from "../native/native-kernels.js";

export type KernelName = {
  [Name in keyof NativeKernels]: NativeKernels[Name] extends (...numbers: never[]) => void ? Name : never;
}[keyof NativeKernels];

/** Runs calls of one kernel that do not depend on each other. */
export interface KernelRunner {
  readonly threads: number;
  run<Name extends KernelName>(kernel: Name, calls: readonly Parameters<NativeKernels[Name]>[]): void;
}

/** All calls on this thread. */
export function serialRunner(kernels: NativeKernels): KernelRunner {
  return {
    threads: 1,
    run(kernel, calls) {
      for (const call of calls) (kernels[kernel] as (...numbers: number[]) => void)(...call);
    },
  };
}

/**
 * Places in the control block. All but `kernel` and `size` are only touched by atomic operations.
 * `unclaimed`: tasks of the run that nobody took; `unfinished`: tasks of it that are not done.
 */
const layout = { runs: 0, unclaimed: 1, unfinished: 2, failed: 3, kernel: 4, size: 5 };
const CONTROL_SIZE = 8;
/** Numbers that all calls of one `run` may have together. */
const CAPACITY = 4096;
const SPINS = 2000;
/** Far more than any task takes, on a busy machine too. */
const TIMEOUT_MILLISECONDS = 120_000;
const WITHOUT_THREADS = "--set wasm.threads=1 does without threads";

/**
 * Threads that share the engine's memory. This thread works with the others; who takes which call makes no
 * difference to the numbers. Threads that have not started yet take none, and nothing waits for them.
 * `run` throws KDF_ENGINE_FAILED when a kernel fails, when a thread ended, and when for `timeoutMilliseconds` no task
 * was done; after the last two a thread may still write to the memory, and every later call throws as well.
 *
 * Why no thread can do work of another run than the one that is open, however long it stands still and wherever:
 * - A claim is one step. Who changes `unclaimed` from n to n - 1 owns task n - 1 of the run that is open at that
 *   moment, and learns nothing about the task before. A thread that read n in an earlier run and finds n again in this
 *   one makes a valid claim of this run, and one that finds another number claims nothing: there is no old claim.
 * - While a run is set up `unclaimed` is 0, from which nobody claims. It is 0 when `unfinished` is, since only claimed
 *   tasks finish, and this thread sets it last. So no run is set up while a claimed task is unfinished, and `numbers`,
 *   `kernel` and `size`, which are only read between a claim and its end, do not change under a reader.
 * - Each claim takes 1 from `unfinished`, after the task's last write to the memory. The open run cannot end without
 *   it, so it is never taken from a later one. A late `notify` after it only wakes a wait that looks again.
 * - A thread reads `runs` before it looks for tasks and sleeps only while it is the same, so that no run is overslept
 *   between the two. One that starts late, or sleeps through runs, finds what is open now, or 0.
 * - Both counts are at most `CAPACITY`. `runs` wraps around at 2^32 and is only compared: a thread that stands still
 *   for exactly so many runs sleeps through one more, which the others do without it.
 */
export function createKernelPool(
  kernels: NativeKernels, module: WebAssembly.Module, memory: WebAssembly.Memory, threads: number,
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
): KernelRunner {
  const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_SIZE));
  const numbers = new Float64Array(new SharedArrayBuffer(8 * CAPACITY));
  const names = Object.keys(kernels) as KernelName[];
  /** Why the pool computes no more. */
  let broken: string | undefined;
  for (let index = 1; index < threads; index++) {
    const worker = new Worker(new URL("../../workers/kernel-worker.mjs", import.meta.url), {
      workerData: { module, memory, names, control, numbers, layout },
    });
    // Heard between runs only: this thread does not let go of its event loop while it waits for tasks.
    const breakPool = (why: string) => (broken ??= `thread ${index} of its kernels ended: ${why}; ${WITHOUT_THREADS}`);
    worker.on("error", (error) => breakPool(messageOf(error)));
    worker.on("exit", (code) => breakPool(`code ${code}`));
    worker.unref();
  }

  /** The number of a task of the open run that is this thread's now, or -1 when none is left. */
  function claim(): number {
    for (;;) {
      const left = Atomics.load(control, layout.unclaimed);
      if (left === 0) return -1;
      if (Atomics.compareExchange(control, layout.unclaimed, left, left - 1) === left) return left - 1;
    }
  }

  /** False when nothing was finished for too long. */
  function waitForAll(): boolean {
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(control, layout.unfinished) === 0) return true;
    }
    for (;;) {
      const unfinished = Atomics.load(control, layout.unfinished);
      if (unfinished === 0) return true;
      if (
        Atomics.wait(control, layout.unfinished, unfinished, timeoutMilliseconds) === "timed-out" &&
        Atomics.load(control, layout.unfinished) === unfinished
      ) return false;
    }
  }

  return {
    threads,
    run(kernel, calls) {
      const fail = (problem: string) => engineFailed({ engine: "wasm", operation: kernel, problem });
      if (broken !== undefined) throw fail(broken);
      const size = calls[0]?.length ?? 0;
      if (calls.length < 2 || calls.length * size > CAPACITY) return serialRunner(kernels).run(kernel, calls);
      calls.forEach((call, index) => numbers.set(call, index * size));
      control[layout.kernel] = names.indexOf(kernel);
      control[layout.size] = size;
      Atomics.store(control, layout.failed, 0);
      Atomics.store(control, layout.unfinished, calls.length);
      Atomics.store(control, layout.unclaimed, calls.length);
      Atomics.add(control, layout.runs, 1);
      Atomics.notify(control, layout.runs);
      let problem: string | undefined;
      for (let task = claim(); task >= 0; task = claim()) {
        try {
          (kernels[kernel] as (...given: number[]) => void)(...calls[task]!);
        } catch (error) {
          // Not thrown at once: the others still write to memory that the caller would free.
          problem = messageOf(error);
        }
        Atomics.sub(control, layout.unfinished, 1);
      }
      if (!waitForAll()) {
        const unfinished = Atomics.load(control, layout.unfinished);
        const seconds = timeoutMilliseconds / 1000;
        broken = `${unfinished} of ${calls.length} tasks are not done, and for ${seconds} s none was: a thread died or hangs; ${WITHOUT_THREADS}`;
        throw fail(broken);
      }
      if (Atomics.load(control, layout.failed) !== 0) problem ??= "the kernel failed on another thread";
      if (problem !== undefined) throw fail(problem);
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
