// Imported before the threads of a process that kernel-pool.test.ts starts (node --import): a thread ends as soon as
// it has taken a task, and says so in the first number of the memory.
import { isMainThread, workerData } from "node:worker_threads";

if (!isMainThread) {
  const { compareExchange } = Atomics;
  Atomics.compareExchange = (numbers, index, expected, replacement) => {
    const found = compareExchange(numbers, index, expected, replacement);
    if (found === expected) {
      const taken = new Int32Array(workerData.memory.buffer);
      Atomics.store(taken, 0, 1);
      Atomics.notify(taken, 0);
      process.exit(3);
    }
    return found;
  };
}
