import os from "node:os";
import { engineFailed, type EngineReport } from "@kdf/core";
import { claimEngine, installTrainingOperations } from "@kdf/tensor";
import * as tf from "@tensorflow/tfjs";
import { getThreadsCount, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import { registerKernels } from "./kernels/index.js";
import { BACKEND_NAME } from "./kernels/register.js";
import { sourcesHash } from "./native/binary.js";
import { openWorkspace } from "./native/workspace.js";
import { operations } from "./operations.js";
import { withTensorflowThreads } from "./threads/tensorflow-threads.js";

/** WebAssembly's addresses have 32 bits. */
const MEMORY_LIMIT = 2 ** 32;

/** Threads where nothing is asked for. More than 4 were not measured; more than processors are slower than one. */
const DEFAULT_THREADS_LIMIT = 4;

/**
 * Starts WebAssembly as this process's engine. Results are the same bits for any number of threads.
 * Throws KDF_ENGINE_ALREADY_STARTED when another engine runs, KDF_ENGINE_FAILED when it does not start.
 */
export async function startEngine(options: { readonly threads?: number | undefined } = {}): Promise<EngineReport> {
  claimEngine("wasm");
  const threads = options.threads ?? Math.min(os.availableParallelism(), DEFAULT_THREADS_LIMIT);
  const fail = (problem: string) => engineFailed({ engine: "wasm", operation: "start", problem });
  registerKernels();
  const start = () => tf.setBackend(BACKEND_NAME);
  if (!(await (threads === 1 ? start() : withTensorflowThreads(threads, start)))) {
    throw fail("@tensorflow/tfjs-backend-wasm did not start; its messages are above");
  }
  await tf.ready();
  if (threads > 1 && getThreadsCount() !== threads) {
    throw fail(`it has ${getThreadsCount()} threads instead of ${threads}; --set wasm.threads=1 does without`);
  }
  // Now, not in the first step: a version of tfjs whose memory we do not find is refused before any work.
  openWorkspace(tf.backend(), threads);
  installTrainingOperations(operations);
  return {
    id: "wasm",
    tier: "embedded",
    library: `@tensorflow/tfjs-backend-wasm ${version_wasm}`,
    device: "cpu",
    threads,
    features: ["simd128", `kernels ${sourcesHash.slice(0, 12)}`],
    limits: { memory: MEMORY_LIMIT },
  };
}
