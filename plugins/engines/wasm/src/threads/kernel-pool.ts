import { Worker } from "node:worker_threads";
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

/** Places in the control block. */
const layout = { generation: 0, next: 1, count: 2, done: 3, failed: 4, kernel: 5, size: 6 };
const CONTROL_SIZE = 8;
/** Numbers that all calls of one `run` may have together. */
const CAPACITY = 4096;
/** In `next` while a run is set up: no task has so high a number. */
const CLOSED = 1 << 30;
const SPINS = 2000;
const TIMEOUT_MILLISECONDS = 120_000;

/**
 * Threads that share the engine's memory. This thread works with the others; who takes which call makes no
 * difference to the numbers. Threads that have not started yet, or could not, take none, and nothing waits for them.
 */
export function createKernelPool(
  kernels: NativeKernels, module: WebAssembly.Module, memory: WebAssembly.Memory, threads: number,
): KernelRunner {
  const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_SIZE));
  const numbers = new Float64Array(new SharedArrayBuffer(8 * CAPACITY));
  const names = Object.keys(kernels) as KernelName[];
  control[layout.next] = CLOSED;
  for (let index = 1; index < threads; index++) {
    const worker = new Worker(new URL("../../workers/kernel-worker.mjs", import.meta.url), {
      workerData: { module, memory, names, control, numbers, layout },
    });
    worker.unref();
  }

  function waitForAll(count: number): void {
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(control, layout.done) === count) return;
    }
    for (;;) {
      const done = Atomics.load(control, layout.done);
      if (done === count) return;
      if (Atomics.wait(control, layout.done, done, TIMEOUT_MILLISECONDS) === "timed-out") {
        throw new Error(`a thread of the wasm engine does not answer (${done} of ${count} tasks done)`);
      }
    }
  }

  return {
    threads,
    run(kernel, calls) {
      const size = calls[0]?.length ?? 0;
      if (calls.length < 2 || calls.length * size > CAPACITY) return serialRunner(kernels).run(kernel, calls);
      calls.forEach((call, index) => numbers.set(call, index * size));
      control[layout.kernel] = names.indexOf(kernel);
      control[layout.size] = size;
      control[layout.failed] = 0;
      Atomics.store(control, layout.done, 0);
      Atomics.store(control, layout.count, calls.length);
      Atomics.store(control, layout.next, 0);
      Atomics.add(control, layout.generation, 1);
      Atomics.notify(control, layout.generation);
      for (;;) {
        const task = Atomics.add(control, layout.next, 1);
        if (task >= calls.length) break;
        (kernels[kernel] as (...given: number[]) => void)(...calls[task]!);
        Atomics.add(control, layout.done, 1);
      }
      waitForAll(calls.length);
      // A thread that is late must find nothing to take while the next run is set up.
      Atomics.store(control, layout.next, CLOSED);
      if (Atomics.load(control, layout.failed) !== 0) throw new Error(`the kernel ${kernel} failed on a thread of the wasm engine`);
    },
  };
}
