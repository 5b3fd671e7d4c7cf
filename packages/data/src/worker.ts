/** What a worker thread runs: one job after the other, each in the module that the job names. */
import { parentPort } from "node:worker_threads";
import { transferables } from "./job.js";

export interface JobMessage {
  readonly id: number;
  readonly module: string;
  readonly name: string;
  readonly payload: unknown;
}

export interface ResultMessage {
  readonly id: number;
  readonly result: object;
}

// A job that throws ends the thread: the pool reports it with the reason.
parentPort?.on("message", async ({ id, module, name, payload }: JobMessage) => {
  const loaded = (await import(module)) as Record<string, (payload: unknown) => object | Promise<object>>;
  const result = await loaded[name]!(payload);
  parentPort?.postMessage({ id, result } satisfies ResultMessage, transferables(result));
});
