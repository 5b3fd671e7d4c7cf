import { moduleBeside, WorkerPool, type JobKind } from "@kdf/data";
import { decodeBatch, type DecodedBatch, type DecodingJob } from "./decode-batch.js";

const decoding: JobKind<DecodingJob, DecodedBatch> = {
  module: moduleBeside(import.meta.url, "decode-batch"),
  name: "decodeBatch",
  run: decodeBatch,
};

/** Threads that decode. They start with the first job, and keep the process alive only while they have one. End them. */
export class DecodingThreads {
  readonly #size: number;
  #pool: WorkerPool | undefined;

  /** @param size 0 decodes in this thread */
  constructor(size: number) {
    this.#size = size;
  }

  /** How many jobs are worth having under way. */
  get width(): number {
    return Math.max(1, 2 * this.#size);
  }

  run(job: DecodingJob): Promise<DecodedBatch> {
    return (this.#pool ??= new WorkerPool(this.#size)).run(decoding, job);
  }

  async end(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.dispose();
  }
}
