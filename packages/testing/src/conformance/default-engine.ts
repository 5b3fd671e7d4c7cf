import { claimedEngine, startReferenceEngine } from "@kdf/tensor";

/** Starts the reference engine, unless a test has started another before: then all is checked on that one. */
export async function startDefaultEngine(): Promise<void> {
  if (claimedEngine() === undefined) await startReferenceEngine();
}
