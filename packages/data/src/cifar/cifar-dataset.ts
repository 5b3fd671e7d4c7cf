import { dataFileInvalid, type Dataset, type DatasetDescription, type ImageSource, type PluginContext, type Split } from "@kdf/core";
import { MemoryImageSource } from "../image-source.js";
import { findCifar, type CifarFiles } from "./cifar-files.js";
import type { CifarOptions } from "./cifar-options.js";
import { readCifarPickle } from "./cifar-pickle.js";
import { readCifarRecords, type CifarPart } from "./cifar-records.js";
import type { CifarKind } from "./cifar-version.js";

interface Loaded {
  readonly files: Pick<CifarFiles, "form" | "source" | "sums">;
  readonly sources: Readonly<Record<Split, ImageSource>>;
}

/**
 * CIFAR-10 or CIFAR-100 (A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009): 32 x 32 colour
 * images, in the binary or the python version, as the archive or unpacked. A row's identity is its number in the split,
 * the same in both versions. All images stay in memory, 184 MB.
 */
export class CifarDataset implements Dataset {
  readonly description: DatasetDescription;
  readonly #kind: CifarKind;
  readonly #options: CifarOptions;
  readonly #context: PluginContext;
  #loaded: Promise<Loaded> | undefined;

  constructor(kind: CifarKind, options: CifarOptions, context: PluginContext) {
    const { id, classes, mean, std } = kind;
    this.description = { id, classes, height: 32, width: 32, channels: 3, mean, std, standardAugmentation: { cropPadding: options.cropPadding, horizontalFlip: true } };
    this.#kind = kind;
    this.#options = options;
    this.#context = context;
  }

  async check(): Promise<void> {
    await this.#load();
  }

  async open(split: Split): Promise<ImageSource> {
    return (await this.#load()).sources[split];
  }

  async provenance(): Promise<Readonly<Record<string, string>>> {
    const { form, source, sums } = (await this.#load()).files;
    const stated = Object.entries(sums).map(([name, sum]) => [`sha256 ${name}`, sum] as const);
    return {
      name: this.#kind.name,
      source: this.#options.verify ? "https://www.cs.toronto.edu/~kriz/cifar.html" : source,
      version: form,
      licence: "unknown",
      ...Object.fromEntries(stated),
    };
  }

  #load(): Promise<Loaded> {
    return (this.#loaded ??= this.#read());
  }

  async #read(): Promise<Loaded> {
    const { contents, ...files } = await findCifar(this.#kind, this.#options, this.#context);
    const split = (name: Split): ImageSource => {
      const parts = this.#kind[files.form].files[name].map((file) => this.#part(files.form, contents.get(file)!));
      const labels = Int32Array.from(parts.flatMap((part) => [...part.labels]));
      if (this.#options.verify) this.#demandCounts(labels, name, files.source);
      return new MemoryImageSource(concatenated(parts), labels);
    };
    return { files, sources: { training: split("training"), test: split("test") } };
  }

  #part(form: CifarFiles["form"], { file, bytes }: { readonly file: string; readonly bytes: Uint8Array }): CifarPart {
    const { labelBytes, labelKey, classes } = this.#kind;
    return form === "binary" ? readCifarRecords(bytes, file, { labelBytes, classes: classes.length }) : readCifarPickle(bytes, file, { labelKey, classes: classes.length });
  }

  /** The published sets are balanced: a file that lacks images, or has other labels, is not one of them. */
  #demandCounts(labels: Int32Array, split: Split, file: string): void {
    const { classes, perClass, id } = this.#kind;
    const counts = new Array<number>(classes.length).fill(0);
    for (const label of labels) counts[label]! += 1;
    const label = counts.findIndex((count) => count !== perClass[split]);
    if (label < 0) return;
    throw dataFileInvalid({
      file,
      problem: `its ${split} split has ${counts[label]} images of the class ${classes[label]}`,
      expected: `${perClass[split]} images of each class, as published; --set ${id}.verify=false takes images of your own`,
    });
  }
}

function concatenated(parts: readonly CifarPart[]): Uint8Array {
  const pixels = new Uint8Array(parts.reduce((sum, part) => sum + part.pixels.length, 0));
  let at = 0;
  for (const part of parts) {
    pixels.set(part.pixels, at);
    at += part.pixels.length;
  }
  return pixels;
}
