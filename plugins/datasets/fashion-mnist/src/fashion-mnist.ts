import { readFile } from "node:fs/promises";
import {
  dataChecksumWrong,
  dataFileInvalid,
  type Dataset,
  type DatasetDescription,
  type ImageSource,
  type PluginContext,
  type Split,
} from "@kdf/core";
import { MemoryImageSource, readIdxImages, readIdxLabels, sha256, unpack } from "@kdf/data";
import { classes, describe, height, width } from "./description.js";
import { locate, type LocatedFiles } from "./locate.js";
import type { Options } from "./options.js";
import type { FileName } from "./published-files.js";

interface Loaded {
  readonly source: ImageSource;
  readonly sums: Readonly<Partial<Record<FileName, string>>>;
}

const filesOf = {
  training: ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
  test: ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
} as const satisfies Record<Split, readonly FileName[]>;

/**
 * Fashion-MNIST (H. Xiao, K. Rasul, R. Vollgraf, 2017, arXiv:1708.07747): 28 x 28 grey images in ten classes. A row's
 * identity is its number in the full set. Each split is read once and stays in memory, 47 MB for all of training.
 */
export class FashionMnist implements Dataset {
  readonly description: DatasetDescription;
  readonly #options: Options;
  readonly #context: PluginContext;
  #located: Promise<LocatedFiles> | undefined;
  readonly #splits: Partial<Record<Split, Promise<Loaded>>> = {};

  constructor(options: Options, context: PluginContext) {
    this.description = describe(options.cropPadding);
    this.#options = options;
    this.#context = context;
  }

  /** Finds (or fetches), reads and checks both splits. */
  async check(): Promise<void> {
    await this.#locate();
    const test = this.#load("test");
    test.catch(() => {}); // Awaited after training, so that of two faults always the same one is told.
    await this.#load("training");
    await test;
  }

  async open(split: Split): Promise<ImageSource> {
    return (await this.#load(split)).source;
  }

  async provenance(): Promise<Readonly<Record<string, string>>> {
    const { part, sums: published, paths } = await this.#locate();
    const sums = { ...(await this.#load("training")).sums, ...(await this.#load("test")).sums };
    const names = Object.keys(sums) as FileName[];
    const ofZalando = names.every((name) => sums[name] === published[name]);
    return {
      name: "Fashion-MNIST",
      images: part === "subset" ? "first 10,000 training and first 2,000 test images" : ofZalando ? "full" : "the user's own",
      source: ofZalando ? "https://github.com/zalandoresearch/fashion-mnist" : paths["train-images-idx3-ubyte"],
      licence: ofZalando ? "MIT, copyright 2017 Zalando SE" : "unknown",
      ...Object.fromEntries(names.map((name) => [`sha256 ${name}`, sums[name]!])),
    };
  }

  #locate(): Promise<LocatedFiles> {
    return (this.#located ??= locate(this.#options, this.#context));
  }

  #load(split: Split): Promise<Loaded> {
    return (this.#splits[split] ??= this.#read(split));
  }

  /** Structure and labels are checked before the sums: they say more about what is wrong. */
  async #read(split: Split): Promise<Loaded> {
    const { part, paths, sums: published } = await this.#locate();
    const [imagesName, labelsName] = filesOf[split];
    const [imagesPath, labelsPath] = [paths[imagesName], paths[labelsName]];
    const [imageBytes, labelBytes] = await Promise.all([readUnpacked(imagesPath), readUnpacked(labelsPath)]);
    const images = await readIdxImages(imageBytes, imagesPath);
    const labels = await readIdxLabels(labelBytes, labelsPath, classes.length);
    const refuse = (problem: string, expected: string) => dataFileInvalid({ file: imagesPath, problem, expected });
    if (images.height !== height || images.width !== width) {
      throw refuse(`its images have ${images.height} x ${images.width} pixels`, `images of ${height} x ${width} pixels`);
    }
    if (images.count !== labels.length) {
      throw refuse(`it has ${images.count} images, ${labelsPath} has ${labels.length} labels`, "as many images as labels");
    }
    const sums = { [imagesName]: sha256(imageBytes), [labelsName]: sha256(labelBytes) };
    if (part === "subset" || this.#options.verify) {
      verify(imagesPath, sums[imagesName]!, published[imagesName]);
      verify(labelsPath, sums[labelsName]!, published[labelsName]);
    }
    return { source: new MemoryImageSource(images.pixels, labels), sums };
  }
}

async function readUnpacked(path: string): Promise<Uint8Array> {
  return unpack(await readFile(path), path);
}

function verify(file: string, got: string, expected: string): void {
  if (got === expected) return;
  throw dataChecksumWrong({
    file,
    algorithm: "sha256 (unpacked)",
    got,
    expected,
    fix:
      "replace the file by a fresh copy: it is damaged or another version; " +
      "--set fashion-mnist.verify=false takes images of your own in this format",
  });
}
