/** A preview as a gallery. */
import { basename, isAbsolute, relative } from "node:path";
import type { Gallery, GalleryColumn, GalleryPicture } from "@kdf/analysis";
import type { Preview, PreviewColumn, PreviewImage } from "@kdf/trainer";
import { formatNumber } from "../output/format.js";
import { planText } from "./preview-plan.js";

export interface Shown {
  readonly facts: Gallery["facts"];
  readonly command: string;
}

export function galleryOf(preview: Preview, { facts, command }: Shown): Gallery {
  const { dataset, count, indices, labels, original, columns } = preview;
  const rows = Array.from({ length: count }, (_, row) => row);
  const hasTeacher = original[0]?.teacher !== undefined;
  return {
    title: `Augmentations of ${dataset.id}`,
    facts,
    command,
    height: dataset.height,
    width: dataset.width,
    channels: dataset.channels,
    ...(hasTeacher && { largestEntropy: Math.log(dataset.classes.length) }),
    rows: rows.map((row) => ({ label: className(preview, labels[row]!), origin: `row ${row}, image ${indices[row]}` })),
    columns: [
      columnOf(preview, { augmenter: "original", plans: {}, images: original }),
      ...columns.map((column) => columnOf(preview, column)),
    ],
  };
}

function columnOf(preview: Preview, { augmenter, plans, images }: PreviewColumn): GalleryColumn {
  const plan = planText(plans);
  const pictures = Array.from({ length: preview.count }, (_, row) =>
    images.flatMap((image, at) => (image.row === row ? [pictureOf(preview, augmenter, image, at)] : [])),
  );
  return { name: augmenter, note: noteOf(images), ...(plan !== "" && { plan }), pictures };
}

function pictureOf(preview: Preview, augmenter: string, { row, pixels, teacher, picked }: PreviewImage, at: number): GalleryPicture {
  const place = picked === undefined ? "" : `, row ${at} of the pool`;
  return {
    pixels: pixels!,
    description: `${augmenter} of row ${row}, ${className(preview, preview.labels[row]!)}${place}`,
    ...(teacher && { teacher: { label: className(preview, teacher.class), probability: teacher.probability, entropy: teacher.entropy } }),
    ...(picked !== undefined && { picked }),
  };
}

const className = ({ dataset }: Preview, label: number): string => dataset.classes[label] ?? String(label);

/** What is said of a column's images in all, shown or not. */
function noteOf(images: readonly PreviewImage[]): string {
  const { all, picked, left } = meanEntropies(images);
  const entropy = (mean: number): string => formatNumber(Number(mean.toFixed(3)));
  const picks = images.filter((image) => image.picked === true).length;
  const chosen = images.some((image) => image.picked !== undefined) ? [`${picks} of ${images.length} picked`] : [`${images.length} images`];
  if (all === undefined) return chosen.join("");
  const parts = picked === undefined ? [entropy(all)] : [`${entropy(picked)} picked`, ...(left === undefined ? [] : [`${entropy(left)} left`])];
  return [...chosen, `mean entropy ${parts.join(", ")}`].join(", ");
}

export interface MeanEntropies {
  readonly all?: number;
  readonly picked?: number;
  readonly left?: number;
}

/** Means over all images, and over the picked and the left ones where there is a choice; absent where there are none. */
export function meanEntropies(images: readonly PreviewImage[]): MeanEntropies {
  const mean = (chosen: readonly PreviewImage[]): number | undefined => {
    const entropies = chosen.flatMap(({ teacher }) => (teacher === undefined ? [] : [teacher.entropy]));
    return entropies.length === 0 ? undefined : entropies.reduce((a, b) => a + b, 0) / entropies.length;
  };
  const means = {
    all: mean(images),
    picked: mean(images.filter((image) => image.picked === true)),
    left: mean(images.filter((image) => image.picked === false)),
  };
  return Object.fromEntries(Object.entries(means).filter(([, value]) => value !== undefined));
}

/** A path as it may stand in a page: not where this user keeps it. */
export function shownPath(text: string, directory: string): string {
  if (!isAbsolute(text)) return text;
  const path = relative(directory, text);
  return path.startsWith("..") || isAbsolute(path) ? basename(text) : path;
}
