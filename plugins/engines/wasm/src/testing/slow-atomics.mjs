// Imported before the threads of a process that kernel-pool.test.ts starts (node --import). After an atomic operation
// a thread now and then stands still until run-many.ts, which counts its runs in the first number of the memory, is
// in its next one, as a thread may that loses its processor. Where a run waits for the thread it goes on after 1 ms.
import { isMainThread, threadId, workerData } from "node:worker_threads";

if (!isMainThread) {
  const counted = new Int32Array(workerData.memory.buffer);
  const { load, wait } = Atomics;
  let state = threadId;

  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const standStill = () => {
    wait(counted, 0, load(counted, 0), 1);
    const inside = performance.now() + 0.05 * draw();
    while (performance.now() < inside);
  };
  for (const name of ["add", "sub", "load", "store", "compareExchange"]) {
    const original = Atomics[name];
    Atomics[name] = (...given) => {
      const result = original(...given);
      if (draw() < 0.2) standStill();
      return result;
    };
  }
}
