import { engineAlreadyStarted, type EngineReport } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";

/** One engine serves a process (docs/adr/0004): which one was claimed is kept beside TensorFlow's own registry. */
const claim = globalThis as { [key: symbol]: string | undefined };
const key = Symbol.for("kdf.engine");

/** Called by an engine plugin first of all. Throws KDF_ENGINE_ALREADY_STARTED when another was claimed before. */
export function claimEngine(id: string): void {
  const running = claim[key];
  if (running !== undefined && running !== id) throw engineAlreadyStarted({ running, asked: id });
  claim[key] = id;
}

/** The engine that this process has, if one was claimed. */
export function claimedEngine(): string | undefined {
  return claim[key];
}

/** Starts the reference engine: plain JavaScript, every gradient, slow. */
export async function startReferenceEngine(): Promise<EngineReport> {
  claimEngine("cpu");
  // Its greeting advises another backend, which is not the user's concern here.
  tf.enableProdMode();
  await tf.setBackend("cpu");
  await tf.ready();
  return {
    id: "cpu",
    tier: "reference",
    library: `@tensorflow/tfjs-backend-cpu ${tf.version_core}`,
    device: "cpu",
    threads: 1,
    features: [],
  };
}
