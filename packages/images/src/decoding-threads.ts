import { moduleBeside, WorkerPool, type JobKind } from "@kdf/data";
import { decodeBatch, type DecodedBatch, type DecodingJob } from "./decode-batch.js";

const decoding: JobKind<DecodingJob, DecodedBatch> = {
  module: moduleBeside(import.meta.url, "decode-batch"),
  name: "decodeBatch",
  run: decodeBatch,
};

/** Threads that have had nothing to do for so long, in ms, end. */
const idle = 20_000;

/**
 * Threads that decode. They start with the first job and end by themselves when no more come, so that a data set, which
 * nobody disposes of, leaves none behind. None of them keeps the process alive without a job.
 */
export class DecodingThreads {
  readonly #size: number;
  #pool: WorkerPool | undefined;
  #active = 0;
  #ending: NodeJS.Timeout | undefined;

  /** @param size 0 decodes in this thread */
  constructor(size: number) {
    this.#size = size;
  }

  /** How many jobs are worth having under way. */
  get width(): number {
    return Math.max(1, 2 * this.#size);
  }

  async run(job: DecodingJob): Promise<DecodedBatch> {
    clearTimeout(this.#ending);
    this.#active += 1;
    const pool = (this.#pool ??= new WorkerPool(this.#size));
    try {
      return await pool.run(decoding, job);
    } finally {
      this.#active -= 1;
      if (this.#active === 0) this.#ending = setTimeout(() => void this.end(), idle).unref();
    }
  }

  async end(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    clearTimeout(this.#ending);
    await pool?.dispose();
  }
}
