import { Worker } from "node:worker_threads";

/**
 * A thread that runs the module at `url`. When kdf's own unit tests run from sources, the thread is taught
 * TypeScript first, by the loader that the repository has for its scripts.
 */
export function startThread(url: string): Worker {
  if (!url.endsWith(".ts")) return new Worker(new URL(url));
  return new Worker(`import("tsx/esm/api").then(({ register }) => (register(), import(${JSON.stringify(url)})))`, { eval: true });
}
