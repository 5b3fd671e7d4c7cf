// A thread of the kernel pool (src/threads/kernel-pool.ts): instantiates the kernels on the engine's shared memory
// and takes tasks until the process ends. Plain JavaScript: it is loaded by path, from sources and from the build.
import { workerData } from "node:worker_threads";

const { module, memory, names, control, numbers, layout } = workerData;
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;

let seen = 0;
for (;;) {
  Atomics.wait(control, layout.generation, seen);
  seen = Atomics.load(control, layout.generation);
  for (;;) {
    const task = Atomics.add(control, layout.next, 1);
    if (task >= Atomics.load(control, layout.count)) break;
    const size = control[layout.size];
    try {
      kernels[names[control[layout.kernel]]](...numbers.subarray(task * size, (task + 1) * size));
    } catch {
      Atomics.store(control, layout.failed, 1);
    }
    Atomics.add(control, layout.done, 1);
    Atomics.notify(control, layout.done);
  }
}
