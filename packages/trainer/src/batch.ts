import type { Batch, BatchInfo, DatasetDescription } from "@kdf/core";
import type { HostBatch } from "@kdf/data";
import { floats, integers } from "@kdf/tensor";

/** What plans may depend on. */
export function batchInfo(host: HostBatch, dataset: DatasetDescription): BatchInfo {
  const { size, height, width, channels } = host;
  return { size, height, width, channels, mean: dataset.mean, std: dataset.std };
}

/** The batch on the engine. The caller owns its tensors. */
export function uploadBatch(host: HostBatch, withRaw: boolean): Batch {
  const shape = [host.size, host.height, host.width, host.channels];
  return {
    ...(withRaw && { raw: floats(host.raw!, shape) }),
    images: floats(host.images, shape),
    labels: integers(host.labels, [host.size]),
    indices: integers(host.indices, [host.size]),
  };
}
