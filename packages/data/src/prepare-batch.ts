/** Pixels of a batch made into floats: a pure function, the same in the main thread and in a worker. */
import { moduleBeside, type JobKind } from "./job.js";

export interface PreparationJob {
  /** [B,H,W,C], 0 to 255 */
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [C], for pixels in [0, 1] */
  readonly mean: readonly number[];
  /** [C] */
  readonly std: readonly number[];
  /** Black pixels around the image; the crop has the image's size. */
  readonly cropPadding: number;
  /** [B,3]: the crop's first row and column in the padded image, then 1 where it is flipped. Absent for neither. */
  readonly draws?: Int32Array;
  /** Whether the images before crop and flip are wanted too. */
  readonly raw: boolean;
}

export interface PreparedImages {
  /** [B,H,W,C] */
  readonly images: Float32Array;
  /** [B,H,W,C] */
  readonly raw?: Float32Array;
}

/**
 * Crop, then horizontal flip, in pixel space, where the padding is 0 (black); then (pixel / 255 - mean) / std,
 * computed in float64 and rounded once.
 */
export function prepareBatch(job: PreparationJob): PreparedImages {
  const { pixels, draws } = job;
  const normalised = normalisationTable(job);
  if (draws === undefined) {
    const images = normalise(pixels, normalised);
    return job.raw ? { images, raw: images.slice() } : { images };
  }
  const images = normalise(cropAndFlip(job, draws), normalised);
  return job.raw ? { images, raw: normalise(pixels, normalised) } : { images };
}

export const preparation: JobKind<PreparationJob, PreparedImages> = {
  module: moduleBeside(import.meta.url, "prepare-batch"),
  name: "prepareBatch",
  run: prepareBatch,
};

/** For each channel, the 256 values that its pixels become. */
function normalisationTable({ mean, std }: PreparationJob): Float32Array[] {
  return mean.map((center, channel) => Float32Array.from({ length: 256 }, (_, pixel) => (pixel / 255 - center) / std[channel]!));
}

function normalise(pixels: Uint8Array, table: readonly Float32Array[]): Float32Array {
  const channels = table.length;
  const images = new Float32Array(pixels.length);
  for (let channel = 0; channel < channels; channel += 1) {
    const values = table[channel]!;
    for (let at = channel; at < pixels.length; at += channels) images[at] = values[pixels[at]!]!;
  }
  return images;
}

function cropAndFlip({ pixels, height, width, channels, cropPadding }: PreparationJob, draws: Int32Array): Uint8Array {
  const result = new Uint8Array(pixels.length);
  const rowLength = width * channels;
  for (let image = 0; image * 3 < draws.length; image += 1) {
    const down = draws[image * 3]! - cropPadding;
    const right = draws[image * 3 + 1]! - cropPadding;
    const flipped = draws[image * 3 + 2] === 1;
    for (let y = Math.max(0, -down); y < Math.min(height, height - down); y += 1) {
      const from = (image * height + y + down) * rowLength;
      const to = (image * height + y) * rowLength;
      for (let x = Math.max(0, -right); x < Math.min(width, width - right); x += 1) {
        const target = to + (flipped ? width - 1 - x : x) * channels;
        const source = from + (x + right) * channels;
        for (let channel = 0; channel < channels; channel += 1) result[target + channel] = pixels[source + channel]!;
      }
    }
  }
  return result;
}
