import { join } from "node:path";
import { dataTooSmall, imagesDamaged, type Dataset, type DatasetDescription, type ImageSource, type PluginContext, type Split } from "@kdf/core";
import { CheckedImages } from "./checked-images.js";
import type { Framing } from "./crops.js";
import { DecodedSource, type LabelledFile } from "./decoded-source.js";
import { DecodingThreads } from "./decoding-threads.js";
import type { FileTree } from "./file-tree.js";
import { threadsOf, type ImageOptions } from "./options.js";

/** What a data set is made of, once its files were found. */
export interface ImageCollection {
  readonly tree: FileTree;
  readonly splits: Readonly<Record<Split, readonly LabelledFile[]>>;
  /** For the run's record. */
  readonly provenance: Readonly<Record<string, string>>;
}

export interface ImageFilesDatasetOptions {
  readonly description: DatasetDescription;
  readonly framing: Framing;
  readonly options: ImageOptions;
  readonly context: Pick<PluginContext, "logger" | "cacheDirectory">;
  /** Called once, when the images are asked for first. Throws what is wrong with the folders. */
  collect(): Promise<ImageCollection>;
  /** Called when the data set is disposed of. */
  close?(): void;
}

const splits = ["training", "test"] as const;
const namedAtMost = 5;

interface Ready {
  readonly collection: ImageCollection;
  readonly sources: Readonly<Record<Split, DecodedSource>>;
  readonly damaged: ReadonlyMap<string, string>;
}

/** A data set of image files. Which of them are damaged is known before a run begins. */
export class ImageFilesDataset implements Dataset {
  readonly description: DatasetDescription;
  readonly #given: ImageFilesDatasetOptions;
  readonly #threads: DecodingThreads;
  #ready: Promise<Ready> | undefined;

  constructor(given: ImageFilesDatasetOptions) {
    this.description = given.description;
    this.#given = given;
    this.#threads = new DecodingThreads(threadsOf(given.options));
  }

  /** @throws KDF_IMAGES_DAMAGED with their number and the first few, and what `collect` throws */
  async check(): Promise<void> {
    await this.#prepared();
  }

  async open(split: Split): Promise<ImageSource> {
    return (await this.#prepared()).sources[split];
  }

  async provenance(): Promise<Readonly<Record<string, string>>> {
    const { collection, damaged } = await this.#prepared();
    return { ...collection.provenance, "images left out": String(damaged.size) };
  }

  async dispose(): Promise<void> {
    await this.#threads.end();
    this.#given.close?.();
  }

  #prepared(): Promise<Ready> {
    return (this.#ready ??= this.#prepare());
  }

  async #prepare(): Promise<Ready> {
    const { options } = this.#given;
    const collection = await this.#given.collect();
    const sources = this.#sources(collection.splits, collection.tree);
    if (!options.checkImages) return { collection, sources, damaged: new Map() };
    const damaged = await this.#damaged(collection, sources);
    if (damaged.size === 0) return { collection, sources, damaged };
    this.#report(damaged, collection);
    const whole = ({ path }: LabelledFile): boolean => !damaged.has(path);
    const left = { training: collection.splits.training.filter(whole), test: collection.splits.test.filter(whole) };
    for (const split of splits) if (left[split].length === 0) throw dataTooSmall({ batchSize: 1, images: 0, split });
    return { collection, sources: this.#sources(left, collection.tree), damaged };
  }

  /** Training first: what it leaves of the memory is for the test images. */
  #sources(files: ImageCollection["splits"], tree: FileTree): Ready["sources"] {
    const { framing, options, description } = this.#given;
    const crop = description.standardAugmentation.randomResizedCrop;
    let free = options.memoryLimit * 1e6;
    const make = (split: Split): DecodedSource => {
      const bytes = files[split].length * framing.size * framing.size * 3;
      // Random crops are made of the whole image, each time of another part: there is nothing to keep.
      const cropped = split === "training" && crop !== undefined;
      const keep = !cropped && bytes <= free;
      if (keep) free -= bytes;
      return new DecodedSource({ tree, files: files[split], framing, threads: this.#threads, keep, ...(cropped && { crop }) });
    };
    return { training: make("training"), test: make("test") };
  }

  async #damaged({ tree, splits: files }: ImageCollection, sources: Ready["sources"]): Promise<ReadonlyMap<string, string>> {
    const { context, framing, description } = this.#given;
    const all = [...files.training, ...files.test];
    const stamped = all.map(({ path }) => [path, tree.files.get(path) ?? ""] as const);
    const checked = new CheckedImages(join(context.cacheDirectory, description.id), stamped, framing);
    const recalled = await checked.recall();
    if (recalled !== undefined) return recalled;
    const damaged = new Map<string, string>();
    let before = 0;
    let told = Date.now();
    for (const split of splits) {
      const found = await sources[split].check((done) => {
        if (Date.now() - told < 5_000) return;
        told = Date.now();
        context.logger.info(`${description.id}: ${before + done} of ${all.length} images looked at, once for all runs`);
      });
      found.forEach((problem, row) => damaged.set(files[split][row]!.path, problem));
      before += files[split].length;
    }
    await checked.remember(damaged);
    return damaged;
  }

  #report(damaged: ReadonlyMap<string, string>, { splits: { training, test } }: ImageCollection): void {
    const { options, context, description } = this.#given;
    const examples = [...damaged].slice(0, namedAtMost).map(([path, problem]) => `${path}: ${problem}`);
    const images = training.length + test.length;
    const refusal = imagesDamaged({ dataset: description.id, count: damaged.size, images, examples });
    if (options.onBadImage === "fail") throw refusal;
    context.logger.warn(`${refusal.explanation.happened} They are left out.`);
  }
}
