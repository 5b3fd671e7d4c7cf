// Run as a process by kernel-pool.test.ts, whose one other thread ends in the middle of its task (end-with-task.mjs):
// prints what the run and the one after it throw.
import type { KdfError } from "@kdf/core";
import { sharedMemoryBinary } from "../native/binary.js";
import type { NativeKernels } from "../native/native-kernels.js";
import { createKernelPool } from "../threads/kernel-pool.js";

const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
const module = new WebAssembly.Module(Buffer.from(sharedMemoryBinary, "base64"));
const taken = new Int32Array(memory.buffer);
const kernels = {
  ...(new WebAssembly.Instance(module, { env: { memory } }).exports as NativeKernels),
  // This thread's task lasts until the other thread has one too.
  rectify: () => void Atomics.wait(taken, 0, 0),
};
const pool = createKernelPool(kernels, module, memory, 2, 500);

const thrown = [1, 2].map(() => {
  const start = performance.now();
  try {
    pool.run("rectify", [[64, 64, 1], [128, 128, 1]]);
    return {};
  } catch (error) {
    const { code, message } = error as KdfError;
    return { code, message, waited: performance.now() - start > 400 };
  }
});
process.stdout.write(JSON.stringify(thrown));
