import type { Augmenter, Batch, Pool } from "@kdf/core";
import { clone } from "@kdf/tensor";

/** The images as they are, as a view of their own: what Wang et al. 2022 compare every augmentation with. */
export class Identity implements Augmenter<null> {
  sample(): null {
    return null;
  }

  propose(_plan: null, { images }: Batch): Pool {
    return { images: clone(images), rows: Array.from({ length: images.shape[0] ?? 0 }, (_, row) => row), unchanged: true };
  }
}
