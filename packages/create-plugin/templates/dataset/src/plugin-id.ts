import type { Dataset, DatasetDescription, ImageSource, Split } from "@kdf/core";
import { MemoryImageSource } from "@kdf/data";
import { createStreams } from "@kdf/tensor";
import { z } from "zod";

export const options = z.strictObject({
  training: z.int().positive().default(2000).describe("images of the training split"),
  test: z.int().positive().default(400).describe("images of the test split"),
  noise: z.number().nonnegative().default(0.2).describe("standard deviation of the noise, where white is 1"),
});
type Options = z.infer<typeof options>;

/** Height and width in pixels: a size that kdf's networks take. */
const size = 28;
/** Steps in x and y that lead from stripe to stripe. */
const directions = { upright: [1, 0], level: [0, 1], falling: [1, -1], rising: [1, 1] } as const;

/** Grey images of stripes, 7 pixels from one to the next; the class is the direction, the phase and the noise are random. */
export class PluginIdDataset implements Dataset {
  readonly #options: Options;
  readonly description: DatasetDescription = {
    id: "plugin-id",
    classes: Object.keys(directions),
    height: size,
    width: size,
    channels: 1,
    // Of a sine between 0.2 and 0.8: its mean, and 0.3 / √2 together with the noise.
    mean: [0.5],
    std: [0.29],
    // A flip would turn rising into falling.
    standardAugmentation: { cropPadding: 2, horizontalFlip: false },
  };

  constructor(given: Options) {
    this.#options = given;
  }

  /** Where files are read, they are checked here: a run must not find out at its end that the test images are damaged. */
  async check(): Promise<void> {}

  async open(split: Split): Promise<ImageSource> {
    const length = this.#options[split];
    const labels = Int32Array.from({ length }, (_, row) => row % this.description.classes.length);
    const pixels = new Uint8Array(length * size * size);
    labels.forEach((label, row) => pixels.set(this.#image(split, row, label), row * size * size));
    return new MemoryImageSource(pixels, labels);
  }

  /** What stands in the record of a run. */
  async provenance(): Promise<Readonly<Record<string, string>>> {
    return { source: "made in memory by package-name", licence: "none needed", options: JSON.stringify(this.#options) };
  }

  /** [size,size,1] pixels, 0 to 255; the same for the same split and row. */
  #image(split: Split, row: number, label: number): Uint8Array {
    const stream = createStreams(0).at(`plugin-id-${split}`, { row });
    const [stepX, stepY] = Object.values(directions)[label]!;
    const phase = 2 * Math.PI * stream.uniform();
    return Uint8Array.from({ length: size * size }, (_, place) => {
      const along = stepX * (place % size) + stepY * Math.floor(place / size);
      const brightness = 0.5 + 0.3 * Math.sin((2 * Math.PI * along) / 7 + phase) + this.#options.noise * stream.normal();
      return Math.round(255 * Math.min(1, Math.max(0, brightness)));
    });
  }
}
