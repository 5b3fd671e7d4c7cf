import type { Dataset, DatasetDescription, ImageSource, Split } from "@kdf/core";
import { z } from "zod";
import { boringImage } from "./images.js";

export const shapeOptions = {
  classes: z.int().min(2).default(3),
  size: z.int().min(2).default(12).describe("height and width in pixels"),
  channels: z.int().min(1).default(1),
};

export const datasetOptions = z.strictObject({
  ...shapeOptions,
  training: z.int().positive().default(96).describe("images of the training split"),
  test: z.int().positive().default(48).describe("images of the test split"),
});
export type DatasetOptions = z.infer<typeof datasetOptions>;

export const boringMean = 0.4;
export const boringStd = 0.25;

/** A few separable classes of small images, made in memory: each class has a bright band of its own. */
export class BoringDataset implements Dataset {
  readonly description: DatasetDescription;
  readonly #options: DatasetOptions;

  constructor(options: DatasetOptions) {
    const { classes, size, channels } = options;
    this.#options = options;
    this.description = {
      id: "boring",
      classes: Array.from({ length: classes }, (_, label) => `band ${label}`),
      height: size,
      width: size,
      channels,
      mean: Array<number>(channels).fill(boringMean),
      std: Array<number>(channels).fill(boringStd),
      standardAugmentation: { cropPadding: 1, horizontalFlip: true },
    };
  }

  async check(): Promise<void> {}

  async open(split: Split): Promise<ImageSource> {
    const options = this.#options;
    const length = options[split];
    const labels = Int32Array.from({ length }, (_, row) => row % options.classes);
    const images = Array.from(labels, (label, row) => boringImage(options, split, row, label));
    const imageSize = options.size * options.size * options.channels;
    return {
      length,
      labels,
      identities: Int32Array.from({ length }, (_, row) => row),
      read: (rows) => {
        const pixels = new Uint8Array(rows.length * imageSize);
        rows.forEach((row, place) => pixels.set(images[row]!, place * imageSize));
        return pixels;
      },
    };
  }

  async provenance(): Promise<Readonly<Record<string, string>>> {
    return { source: "made by @kdf/testing", options: JSON.stringify(this.#options) };
  }
}
