import type { Worker } from "node:worker_threads";
import { workerDied, type KdfError } from "@kdf/core";
import { moduleBeside, transferables, type JobKind } from "./job.js";
import { startThread } from "./thread.js";
import type { JobMessage, ResultMessage } from "./worker.js";

interface Pending {
  resolve(result: object): void;
  reject(error: KdfError): void;
}

interface Member {
  readonly thread: Worker;
  readonly pending: Map<number, Pending>;
}

/**
 * Worker threads that run jobs. With none, jobs run where they are asked for, with the same results.
 * When a thread dies, every job of the pool is refused from then on with KDF_WORKER_DIED: a run that goes on from a
 * checkpoint is safer than one that goes on with fewer threads than it says.
 * Threads keep the process alive only while a job is under way.
 */
export class WorkerPool {
  readonly #members: readonly Member[];
  #nextId = 0;
  #ended: KdfError | undefined;

  /** @param size number of threads; 0 for none */
  constructor(size: number) {
    this.#members = Array.from({ length: size }, (_, index) => this.#start(index));
  }

  get size(): number {
    return this.#members.length;
  }

  /**
   * Runs a job on the thread that has the fewest. The typed arrays that `payload` holds as properties move to that
   * thread and are empty here afterwards; the result is the caller's.
   */
  async run<Payload extends object, Result extends object>(kind: JobKind<Payload, Result>, payload: Payload): Promise<Result> {
    if (this.#ended !== undefined) throw this.#ended;
    const first = this.#members[0];
    if (first === undefined) return kind.run(payload);
    const { thread, pending } = this.#members.reduce(
      (least, member) => (member.pending.size < least.pending.size ? member : least),
      first,
    );
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const message: JobMessage = { id, module: kind.module, name: kind.name, payload };
      thread.postMessage(message, transferables(payload));
      pending.set(id, { resolve: resolve as (result: object) => void, reject });
      thread.ref();
    });
  }

  /** Stops the threads; jobs under way are refused. */
  async dispose(): Promise<void> {
    this.#end(workerDied({ worker: "pool", problem: "it was disposed while it worked" }));
    await Promise.all(this.#members.map(({ thread }) => thread.terminate()));
  }

  #start(index: number): Member {
    const thread = startThread(moduleBeside(import.meta.url, "worker"));
    const member: Member = { thread, pending: new Map() };
    const died = (problem: string) => this.#end(workerDied({ worker: String(index), problem }));
    thread.on("message", ({ id, result }: ResultMessage) => {
      member.pending.get(id)?.resolve(result);
      member.pending.delete(id);
      if (member.pending.size === 0) thread.unref();
    });
    thread.on("error", (error) => died(error instanceof Error ? error.message : String(error)));
    thread.on("messageerror", (error) => died(error.message));
    thread.on("exit", (code) => died(`it ended with code ${code}`));
    thread.unref();
    return member;
  }

  /** The first reason stands. */
  #end(reason: KdfError): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    for (const { thread, pending } of this.#members) {
      thread.unref();
      for (const job of pending.values()) job.reject(reason);
      pending.clear();
      void thread.terminate();
    }
  }
}
