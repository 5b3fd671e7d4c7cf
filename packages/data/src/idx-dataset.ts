import { readFile } from "node:fs/promises";
import { dataChecksumWrong, dataFileInvalid, type Dataset, type DatasetDescription, type ImageSource, type Split } from "@kdf/core";
import { sha256 } from "./checksum.js";
import { readIdxImages, readIdxLabels, unpack } from "./idx.js";
import { MemoryImageSource } from "./image-source.js";

/** The names of MNIST's files, which data sets in its format keep. */
export const idxFileNames = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] as const;
export type IdxFileName = (typeof idxFileNames)[number];

/** sha256 of the unpacked files: the same however they were packed. */
export type IdxSums = Readonly<Record<IdxFileName, string>>;

export interface IdxFiles {
  /** Gzipped or not. */
  readonly paths: Readonly<Record<IdxFileName, string>>;
  /** What their content must be; absent where any content of this form will do. */
  readonly sums?: IdxSums;
}

export interface IdxDatasetOptions {
  readonly description: DatasetDescription;
  /** Called once, when the files are asked for first. Throws where they are missing. */
  locate(): Promise<IdxFiles>;
  /** What to do about a file with another sum. */
  readonly fix: string;
  /** What stands in the run's record beside the sums. */
  describeOrigin(files: IdxFiles, sums: IdxSums): Readonly<Record<string, string>>;
}

interface Loaded {
  readonly source: ImageSource;
  readonly sums: Readonly<Partial<IdxSums>>;
}

const filesOf = {
  training: ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
  test: ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
} as const satisfies Record<Split, readonly IdxFileName[]>;

/** Grey images in four idx files. A row's identity is its number in its file. Each split is read once and stays in memory. */
export class IdxDataset implements Dataset {
  readonly description: DatasetDescription;
  readonly #options: IdxDatasetOptions;
  #located: Promise<IdxFiles> | undefined;
  readonly #splits: Partial<Record<Split, Promise<Loaded>>> = {};

  constructor(options: IdxDatasetOptions) {
    this.description = options.description;
    this.#options = options;
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
    const files = await this.#locate();
    const sums = { ...(await this.#load("training")).sums, ...(await this.#load("test")).sums } as IdxSums;
    const stated = idxFileNames.map((name) => [`sha256 ${name}`, sums[name]] as const);
    return { ...this.#options.describeOrigin(files, sums), ...Object.fromEntries(stated) };
  }

  #locate(): Promise<IdxFiles> {
    return (this.#located ??= this.#options.locate());
  }

  #load(split: Split): Promise<Loaded> {
    return (this.#splits[split] ??= this.#read(split));
  }

  /** Structure and labels are checked before the sums: they say more about what is wrong. */
  async #read(split: Split): Promise<Loaded> {
    const { paths, sums: published } = await this.#locate();
    const { height, width, classes } = this.description;
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
    for (const [name, path] of [[imagesName, imagesPath], [labelsName, labelsPath]] as const) {
      const expected = published?.[name];
      if (expected === undefined || sums[name] === expected) continue;
      throw dataChecksumWrong({ file: path, algorithm: "sha256 (unpacked)", got: sums[name]!, expected, fix: this.#options.fix });
    }
    return { source: new MemoryImageSource(images.pixels, labels), sums };
  }
}

async function readUnpacked(path: string): Promise<Uint8Array> {
  return unpack(await readFile(path), path);
}
