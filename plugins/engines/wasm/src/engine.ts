import type { EngineReport } from "@kdf/core";
import { claimEngine, installTrainingOperations } from "@kdf/tensor";
import * as tf from "@tensorflow/tfjs";
import { version_wasm } from "@tensorflow/tfjs-backend-wasm";
import { registerKernels } from "./kernels/index.js";
import { BACKEND_NAME } from "./kernels/register.js";
import { sourcesHash } from "./native/binary.js";
import { workspaceOf } from "./native/workspace.js";
import { operations } from "./operations.js";

/** Starts WebAssembly as this process's engine. Throws KDF_ENGINE_ALREADY_STARTED when another engine runs. */
export async function startEngine(): Promise<EngineReport> {
  claimEngine("wasm");
  registerKernels();
  if (!(await tf.setBackend(BACKEND_NAME))) {
    throw new Error("@tensorflow/tfjs-backend-wasm did not start; its messages are above");
  }
  await tf.ready();
  // Now, not in the first step: a version of tfjs whose memory we do not find is refused before any work.
  workspaceOf(tf.backend());
  installTrainingOperations(operations);
  return {
    id: "wasm",
    library: `@tensorflow/tfjs-backend-wasm ${version_wasm}`,
    device: "cpu",
    threads: 1,
    features: ["simd128", `kernels ${sourcesHash.slice(0, 12)}`],
  };
}
