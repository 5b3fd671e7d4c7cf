import type { Augmenter, BatchInfo, Json } from "@kdf/core";
import { integers, type Tensor } from "@kdf/tensor";

/** A batch of images [B,H,W,C] that are normalised already. */
export const infoOf = ([size = 0, height = 0, width = 0, channels = 0]: readonly number[]): BatchInfo => ({
  size, height, width, channels, mean: Array<number>(channels).fill(0), std: Array<number>(channels).fill(1),
});

/** The images that `augmenter` makes by `plan`. Owned by the caller. */
export function propose(augmenter: Augmenter, plan: Json, images: Tensor): Tensor {
  const rows = integers(new Int32Array(images.shape[0]!), [images.shape[0]!]);
  const pool = augmenter.propose(plan, { images, labels: rows, indices: rows });
  rows.dispose();
  return pool.images as Tensor;
}
