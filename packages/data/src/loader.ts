import { dataTooSmall, type DatasetDescription, type ImageSource, type RandomStream, type Streams } from "@kdf/core";
import { assemble } from "./assemble.js";
import { cropDraws } from "./crop-draws.js";
import type { HostBatch } from "./host-batch.js";
import { prefetch } from "./prefetch.js";
import { WorkerPool } from "./worker-pool.js";

export interface LoaderOptions {
  /** The training split. */
  readonly source: ImageSource;
  readonly description: DatasetDescription;
  readonly batchSize: number;
  readonly streams: Streams;
  /** Whether batches carry `raw`. */
  readonly raw?: boolean;
  /** How many threads prepare batches, or a pool to share; 0 prepares them in this thread. */
  readonly workers?: number | WorkerPool;
}

/**
 * Training batches. Each is a pure function of (streams, stage, epoch, step): the order of rows is drawn from
 * `data-order` at {stage, epoch}, the crop and flip of an image from `crop-and-flip` at {stage, epoch, step, row: the
 * image's identity}, a random resized crop from `random-resized-crop` there. Number of workers, prefetch and where an epoch begins change nothing.
 * The last batch of an epoch holds what is left.
 */
export class Loader {
  readonly stepsPerEpoch: number;
  readonly #options: LoaderOptions;
  readonly #pool: WorkerPool;
  #order: { readonly stage: number; readonly epoch: number; readonly rows: Int32Array } | undefined;

  /** @throws KDF_DATA_TOO_SMALL when not one batch can be filled */
  constructor(options: LoaderOptions) {
    const { source, batchSize, workers = 0 } = options;
    if (batchSize > source.length) throw dataTooSmall({ batchSize, images: source.length, split: "training" });
    this.stepsPerEpoch = Math.ceil(source.length / batchSize);
    this.#options = options;
    this.#pool = typeof workers === "number" ? new WorkerPool(workers) : workers;
  }

  /** The batch of one step; both count from 0, within the stage. */
  async batch(epoch: number, step: number, stage = 0): Promise<HostBatch> {
    const { source, description, batchSize, raw = false } = this.#options;
    const rows = this.#rows(epoch, stage).slice(step * batchSize, (step + 1) * batchSize);
    const draws = this.#draws(rows, { stage, epoch, step });
    const crops = this.#crops(rows, { stage, epoch, step });
    return assemble({ source, description, rows, ...(draws && { draws }), ...(crops && { crops }), raw }, this.#pool);
  }

  /** The batches of an epoch in order, from `fromStep` on, with twice as many under way as there are workers. */
  epoch(epoch: number, fromStep = 0, stage = 0): AsyncGenerator<HostBatch, void, undefined> {
    const depth = Math.max(1, 2 * this.#pool.size);
    return prefetch((step) => this.batch(epoch, step, stage), { from: fromStep, end: this.stepsPerEpoch, depth });
  }

  /** Stops the workers, unless they are shared. */
  async dispose(): Promise<void> {
    if (this.#options.workers !== this.#pool) await this.#pool.dispose();
  }

  #rows(epoch: number, stage: number): Int32Array {
    if (this.#order?.epoch !== epoch || this.#order.stage !== stage) {
      const { source, streams } = this.#options;
      const rows = Int32Array.from(streams.at("data-order", { stage, epoch }).permutation(source.length));
      this.#order = { stage, epoch, rows };
    }
    return this.#order.rows;
  }

  #draws(rows: Int32Array, position: { stage: number; epoch: number; step: number }): Int32Array | undefined {
    const { source, description, streams } = this.#options;
    const { cropPadding, horizontalFlip } = description.standardAugmentation;
    if (cropPadding === 0 && !horizontalFlip) return undefined;
    const draws = new Int32Array(rows.length * 3);
    rows.forEach((row, at) => {
      const stream = streams.at("crop-and-flip", { ...position, row: source.identities[row]! });
      draws.set(drawCropAndFlip(stream, cropPadding, horizontalFlip), at * 3);
    });
    return draws;
  }

  #crops(rows: Int32Array, position: { stage: number; epoch: number; step: number }): Float64Array | undefined {
    const { source, description, streams } = this.#options;
    if (description.standardAugmentation.randomResizedCrop === undefined) return undefined;
    const crops = new Float64Array(rows.length * cropDraws);
    rows.forEach((row, at) => {
      const stream = streams.at("random-resized-crop", { ...position, row: source.identities[row]! });
      for (let draw = 0; draw < cropDraws; draw += 1) crops[at * cropDraws + draw] = stream.uniform();
    });
    return crops;
  }
}

/** First row, first column, flip; a draw that is off is not drawn. */
function drawCropAndFlip(stream: RandomStream, cropPadding: number, horizontalFlip: boolean): readonly number[] {
  const positions = 2 * cropPadding + 1;
  const down = cropPadding === 0 ? 0 : stream.integer(positions);
  const right = cropPadding === 0 ? 0 : stream.integer(positions);
  return [down, right, horizontalFlip && stream.uniform() < 0.5 ? 1 : 0];
}

export interface EvaluationOptions {
  readonly source: ImageSource;
  readonly description: DatasetDescription;
  readonly batchSize: number;
  /** A pool to share; without one, batches are prepared in this thread. */
  readonly workers?: WorkerPool;
}

/** One pass over a split in its own order, without crop and flip; the last batch holds what is left. */
export function evaluationBatches(options: EvaluationOptions): AsyncGenerator<HostBatch, void, undefined> {
  const { source, description, batchSize, workers = new WorkerPool(0) } = options;
  const make = (step: number): Promise<HostBatch> => {
    const from = step * batchSize;
    const rows = Int32Array.from({ length: Math.min(batchSize, source.length - from) }, (_, at) => from + at);
    return assemble({ source, description, rows, raw: false }, workers);
  };
  return prefetch(make, { from: 0, end: Math.ceil(source.length / batchSize), depth: Math.max(1, 2 * workers.size) });
}
