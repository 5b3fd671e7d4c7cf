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
  readonly raw: boolean;
}

/**
 * Reads rows and has their pixels prepared.
 * @throws KDF_PLUGIN_RETURNED when the source gives another number of pixels than its description says
 * @throws KDF_WORKER_DIED
 */
export async function assemble({ source, description, rows, draws, raw }: AssembleRequest, pool: WorkerPool): Promise<HostBatch> {
  const { height, width, channels, mean, std, standardAugmentation } = description;
  const pixels = await source.read(rows);
  const expected = rows.length * height * width * channels;
  if (pixels.length !== expected) {
    throw pluginReturned({
      plugin: `dataset:${description.id}`,
      hook: "read",
      got: `${pixels.length} pixels for ${rows.length} rows`,
      expected: `${expected} pixels: [${rows.length},${height},${width},${channels}]`,
    });
  }
  const job: PreparationJob = {
    // A copy, since what a pool is given moves to a thread, and the source may have returned a view of its own memory.
    pixels: pool.size === 0 ? pixels : pixels.slice(),
    height,
    width,
    channels,
    mean,
    std,
    cropPadding: standardAugmentation.cropPadding,
    ...(draws === undefined ? {} : { draws }),
    raw,
  };
  const prepared = await pool.run(preparation, job);
  return {
    ...prepared,
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
