import type { Batch, BatchInfo } from "@kdf/core";
import { createStreams, floats, integers } from "@kdf/tensor";

export interface Recorded {
  readonly info: BatchInfo;
  readonly batch: Required<Batch>;
  /** For messages: `a batch of 8 images of 12x12x1`. */
  readonly name: string;
}

const shapes: readonly (readonly [size: number, height: number, width: number, channels: number])[] = [
  [8, 12, 12, 1],
  [1, 12, 12, 1],
  [2, 7, 7, 3],
  [5, 9, 6, 3],
];

/** Batches of the sizes that runs have: full, of one, odd, not square. The caller disposes their tensors. */
export function batches(): readonly Recorded[] {
  return shapes.map(([size, height, width, channels], place) => {
    const stream = createStreams(0).at("conformance-batch", { row: place });
    const shape = [size, height, width, channels];
    const images = (): Float32Array =>
      Float32Array.from({ length: size * height * width * channels }, () => stream.normal());
    const per = (value: number): number[] => Array<number>(channels).fill(value);
    return {
      name: `a batch of ${size} image${size === 1 ? "" : "s"} of ${height}x${width}x${channels}`,
      info: { size, height, width, channels, mean: per(0.4), std: per(0.25) },
      batch: {
        raw: floats(images(), shape),
        images: floats(images(), shape),
        labels: integers(Int32Array.from({ length: size }, (_, row) => row % 3), [size]),
        indices: integers(stream.choose(100, size), [size]),
      },
    };
  });
}
