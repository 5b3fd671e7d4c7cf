import os from "node:os";
import { Worker } from "node:worker_threads";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";

/** Workers that tfjs's module makes as it starts, whatever the number of threads; it uses the last ones first. */
const POOL_SIZE = 8;

class EngineThread extends Worker {
  constructor() {
    super(new URL("../../workers/tensorflow-worker.cjs", import.meta.url));
    this.unref();
  }

  /** tfjs would have a thread keep the process alive. */
  override ref(): void {}
}

/** Stands for a worker that will never be used, and answers tfjs's first message. */
class UnusedThread {
  onmessage: ((event: { data: { cmd: string } }) => void) | undefined;

  postMessage(message: { cmd: string }): void {
    if (message.cmd !== "load") throw new Error(`tfjs sent ${message.cmd} to a thread that was not started`);
    queueMicrotask(() => this.onmessage?.({ data: { cmd: "loaded" } }));
  }

  on(): void {}
  ref(): void {}
  unref(): void {}
  terminate(): void {}
}

/**
 * Runs `start`, which makes the engine, so that tfjs computes with `threads` threads in Node. tfjs has the threads
 * but switches them off in Node, for three reasons that are undone for the time of the call: it asks for workers by
 * blob URL, which Node refuses; it takes half the processors at most; and its flag says that Node has no threads.
 */
export async function withTensorflowThreads<T>(threads: number, start: () => Promise<T>): Promise<T> {
  let made = 0;
  function makeThread(): EngineThread | UnusedThread {
    made++;
    return made > POOL_SIZE - (threads - 1) ? new EngineThread() : new UnusedThread();
  }
  const worker = Object.getOwnPropertyDescriptor(globalThis, "Worker");
  const { cpus } = os;
  // tfjs assigns Node's class to this global and then takes it from there.
  Object.defineProperty(globalThis, "Worker", { configurable: true, get: () => makeThread, set: () => {} });
  os.cpus = () => Array.from({ length: 2 * threads }, () => cpus()[0]!);
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", true);
  setThreadsCount(threads);
  try {
    return await start();
  } finally {
    os.cpus = cpus;
    if (worker === undefined) delete (globalThis as { Worker?: unknown }).Worker;
    else Object.defineProperty(globalThis, "Worker", worker);
  }
}
