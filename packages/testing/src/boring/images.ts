import { createStreams } from "@kdf/tensor";

export interface BoringShape {
  readonly classes: number;
  /** Height and width in pixels. */
  readonly size: number;
  readonly channels: number;
}

/** Brightness of a class's band and of the rest, in [0, 1], and the standard deviation of the noise on both. */
const [bright, dark, noise] = [0.75, 0.25, 0.15];

/** First pixel row of a class's band and the row after its last: the classes share the height from top to bottom. */
export function band({ classes, size }: BoringShape, label: number): readonly [begin: number, end: number] {
  return [Math.floor((label * size) / classes), Math.floor(((label + 1) * size) / classes)];
}

/** [size,size,channels] pixels, 0 to 255: a bright band in a dark image, with noise. The same for the same arguments. */
export function boringImage(shape: BoringShape, split: string, row: number, label: number): Uint8Array {
  const { size, channels } = shape;
  const stream = createStreams(0).at(`boring-${split}`, { row });
  const [begin, end] = band(shape, label);
  return Uint8Array.from({ length: size * size * channels }, (_, place) => {
    const y = Math.floor(place / (size * channels));
    const brightness = (y >= begin && y < end ? bright : dark) + noise * stream.normal();
    return Math.round(255 * Math.min(1, Math.max(0, brightness)));
  });
}
