// Run as a process by kernel-pool.test.ts: many short runs of few and of many tasks in turn, for as many threads and
// milliseconds as argv says. A task adds a number of its own to its rows, in place, so that one that is left out, done
// twice, given another's numbers or still under way when the run returns shows in the memory.
import { sharedMemoryBinary } from "../native/binary.js";
import type { NativeKernels } from "../native/native-kernels.js";
import { createKernelPool, serialRunner } from "../threads/kernel-pool.js";

const [threads, milliseconds] = process.argv.slice(2).map(Number) as [number, number];
const TASKS = 16;
const ROWS = 50;
const CHANNELS = 4;
const NUMBERS_OF_TASK = ROWS * CHANNELS;

// As many pages as the engine's own memory may have, which the module asks for.
const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
const module = new WebAssembly.Module(Buffer.from(sharedMemoryBinary, "base64"));
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as NativeKernels;
const counted = new Int32Array(memory.buffer, 0, 1);
const added = new Float32Array(memory.buffer, 64, TASKS * CHANNELS);
const results = new Float32Array(memory.buffer, 64 + added.byteLength, TASKS * NUMBERS_OF_TASK);
added.forEach((_, index) => (added[index] = index + 1));

type Call = Parameters<NativeKernels["combineWithVector"]>;
const calls = Array.from({ length: TASKS }, (_, task): Call => {
  const rows = results.byteOffset + 4 * task * NUMBERS_OF_TASK;
  return [rows, ROWS, CHANNELS, added.byteOffset + 4 * task * CHANNELS, rows, 0];
});
const batches = [2, TASKS, 3, TASKS - 3].map((count) => {
  const chosen = calls.slice(0, count);
  results.fill(0);
  serialRunner(kernels).run("combineWithVector", chosen);
  return { calls: chosen, expected: results.slice() };
});

const pool = createKernelPool(kernels, module, memory, threads);
let runs = 0;
let wrong = 0;
for (const end = performance.now() + milliseconds; performance.now() < end; runs++) {
  const { calls: chosen, expected } = batches[runs % batches.length]!;
  results.fill(0);
  Atomics.add(counted, 0, 1);
  Atomics.notify(counted, 0);
  pool.run("combineWithVector", chosen);
  if (!expected.every((value, index) => value === results[index])) wrong++;
}
process.stdout.write(JSON.stringify({ runs, wrong }));
