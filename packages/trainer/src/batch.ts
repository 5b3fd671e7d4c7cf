import type { Batch } from "@kdf/core";
import type { HostBatch } from "@kdf/data";
import { floats, integers } from "@kdf/tensor";

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
