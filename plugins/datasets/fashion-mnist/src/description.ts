import type { DatasetDescription } from "@kdf/core";

export const height = 28;
export const width = 28;

/** The label's number is its place. */
export const classes = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
] as const;

/** Mean and standard deviation are those of the pixels of all 60,000 training images. */
export function describe(cropPadding: number): DatasetDescription {
  return {
    id: "fashion-mnist",
    classes,
    height,
    width,
    channels: 1,
    mean: [0.286],
    std: [0.353],
    standardAugmentation: { cropPadding, horizontalFlip: true },
  };
}
