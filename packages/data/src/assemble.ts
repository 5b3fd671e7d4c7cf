import { pluginReturned, type DatasetDescription, type ImageSource } from "@kdf/core";
import type { HostBatch } from "./host-batch.js";
import { preparation, type PreparationJob } from "./prepare-batch.js";
import type { WorkerPool } from "./worker-pool.js";

export interface AssembleRequest {
  readonly source: ImageSource;
  readonly description: DatasetDescription;
  /** [B] of `source`; kept as the batch's `indices`. */
  readonly rows: Int32Array;
  /** [B,3], see `PreparationJob`; absent for no crop and no flip. */
  readonly draws?: Int32Array;
  /** [B,cropDraws]: the images are random resized crops made from these. */
  readonly crops?: Float64Array;
  readonly raw: boolean;
}

/**
 * Reads rows and has their pixels prepared. `raw` of a random resized crop is the image as `read` gives it.
 * @throws KDF_PLUGIN_RETURNED when the source gives another number of pixels than its description says
 * @throws KDF_WORKER_DIED
 */
export async function assemble(request: AssembleRequest, pool: WorkerPool): Promise<HostBatch> {
  const { source, description, rows, draws, crops, raw } = request;
  const { height, width, channels, mean, std, standardAugmentation } = description;
  const prepare = (pixels: Uint8Array, changes: Pick<PreparationJob, "draws" | "raw">) =>
    pool.run(preparation, { pixels, height, width, channels, mean, std, cropPadding: standardAugmentation.cropPadding, ...changes });
  const read = async (): Promise<Uint8Array> => demandPixels(await source.read(rows), "read", request, pool);
  // Before the draws move to a worker.
  const flipped = draws && Array.from(rows, (_row, at) => draws[at * 3 + 2] === 1);
  const flips = draws === undefined ? {} : { draws };
  let prepared;
  if (crops === undefined) {
    prepared = await prepare(await read(), { ...flips, raw });
  } else {
    const cropped = demandPixels(await source.readCropped?.(rows, crops), "readCropped", request, pool);
    const { images } = await prepare(cropped, { ...flips, raw: false });
    prepared = raw ? { images, raw: (await prepare(await read(), { raw: false })).images } : { images };
  }
  return {
    ...prepared,
    ...(flipped && { flipped }),
    labels: rows.map((row) => source.labels[row]!),
    indices: rows,
    size: rows.length,
    height,
    width,
    channels,
    mean,
    std,
  };
}

/** A copy where the pool has threads, since what it is given moves there, and the source may have returned its own memory. */
function demandPixels(pixels: Uint8Array | undefined, hook: string, { description, rows }: AssembleRequest, pool: WorkerPool): Uint8Array {
  const { height, width, channels } = description;
  const expected = rows.length * height * width * channels;
  if (pixels?.length !== expected) {
    throw pluginReturned({
      plugin: `dataset:${description.id}`,
      hook,
      got: `${pixels === undefined ? "no" : pixels.length} pixels for ${rows.length} rows`,
      expected: `${expected} pixels: [${rows.length},${height},${width},${channels}]`,
    });
  }
  return pool.size === 0 ? pixels : pixels.slice();
}
