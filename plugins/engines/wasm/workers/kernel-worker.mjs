// A thread of the kernel pool (src/threads/kernel-pool.ts, which says why this is safe): instantiates the kernels on
// the engine's shared memory and takes tasks until the process ends. Plain JavaScript: it is loaded by path, from
// sources and from the build.
import { workerData } from "node:worker_threads";

const { module, memory, names, control, numbers, layout } = workerData;
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;

/** The number of a task of the open run that is this thread's now, or -1 when none is left. */
function claim() {
  for (;;) {
    const left = Atomics.load(control, layout.unclaimed);
    if (left === 0) return -1;
    if (Atomics.compareExchange(control, layout.unclaimed, left, left - 1) === left) return left - 1;
  }
}

for (;;) {
  const runs = Atomics.load(control, layout.runs);
  for (let task = claim(); task >= 0; task = claim()) {
    const size = control[layout.size];
    try {
      kernels[names[control[layout.kernel]]](...numbers.subarray(task * size, (task + 1) * size));
    } catch {
      Atomics.store(control, layout.failed, 1);
    }
    Atomics.sub(control, layout.unfinished, 1);
    Atomics.notify(control, layout.unfinished);
  }
  Atomics.wait(control, layout.runs, runs);
}
