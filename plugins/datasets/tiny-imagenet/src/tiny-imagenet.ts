import { dataFileInvalid, imageFoldersInvalid, type Dataset, type PluginContext } from "@kdf/core";
import { ImageFilesDataset, labelledFiles, type FileTree, type LabelledFile } from "@kdf/images";
import { locate } from "./locate.js";
import type { Options } from "./options.js";

const size = 64;
const annotations = "val/val_annotations.txt";
/** Of the published set. */
const published = { classes: 200, training: 100_000, test: 10_000 };

/**
 * Tiny ImageNet (CS231n, Stanford University, 2015): 64 x 64 colour images of 200 classes of ImageNet. The labelled
 * validation images are the test split; the set's own test images have no labels. A label is the place of its WordNet id
 * in the sorted list, as torchvision's ImageFolder has it. Some files are grey: they become three equal channels.
 * @throws what `locate` throws, and KDF_DATA_FILE_INVALID for a list of classes that is none
 */
export async function tinyImagenet(options: Options, context: PluginContext): Promise<Dataset> {
  const { tree, sums } = await locate(options, context);
  const classes = await readClasses(tree, options.verify).catch((error: unknown) => {
    tree.close?.();
    throw error;
  });
  return new ImageFilesDataset({
    description: {
      id: "tiny-imagenet",
      classes,
      height: size,
      width: size,
      channels: 3,
      mean: options.mean,
      std: options.std,
      standardAugmentation: { cropPadding: options.cropPadding, horizontalFlip: true },
    },
    framing: { size },
    options,
    context,
    close: () => tree.close?.(),
    async collect() {
      const splits = { training: labelledFiles(tree, "train", classes), test: await annotated(tree, classes) };
      if (options.verify) demandNumbers(tree.name, splits);
      const provenance = {
        name: "Tiny ImageNet",
        source: options.verify ? "http://cs231n.stanford.edu/tiny-imagenet-200.zip" : tree.name,
        images: `${splits.training.length} for training, ${splits.test.length} of val`,
        licence: "ImageNet's terms: research, not commercial",
        ...sums,
      };
      return { tree, splits, provenance };
    },
  });
}

async function readClasses(tree: FileTree, verify: boolean): Promise<string[]> {
  const classes = (await text(tree, "wnids.txt")).split(/\s+/).filter((word) => word !== "").sort();
  const isList = classes.length >= 2 && classes.every((id) => /^n\d{8}$/.test(id)) && new Set(classes).size === classes.length;
  if (!isList || (verify && classes.length !== published.classes)) {
    throw dataFileInvalid({
      file: `${tree.name}/wnids.txt`,
      problem: `it has ${classes.length} words that are ${isList ? "" : "not all different "}WordNet ids`,
      expected: verify ? `${published.classes} WordNet ids` : "two or more different WordNet ids",
    });
  }
  return classes;
}

/** Lines of file, class and box, with tabs between. An image's identity is the place of its line. */
async function annotated(tree: FileTree, classes: readonly string[]): Promise<LabelledFile[]> {
  const lines = (await text(tree, annotations)).split(/\r?\n/).filter((line) => line !== "");
  const labels = new Map(classes.map((id, label) => [id, label]));
  const refuse = (line: number, problem: string) =>
    dataFileInvalid({ file: `${tree.name}/${annotations}`, problem: `line ${line + 1} ${problem}`, expected: "a file of val/images, a tab and a class of wnids.txt in each line" });
  const seen = new Set<string>();
  const files = lines.map((line, identity) => {
    const [file = "", id = ""] = line.split("\t");
    const label = labels.get(id);
    const path = `val/images/${file}`;
    if (label === undefined) throw refuse(identity, `names the class ${JSON.stringify(id.slice(0, 40))}`);
    if (!tree.files.has(path)) throw refuse(identity, `names the image ${JSON.stringify(file.slice(0, 80))}, which is not there`);
    if (seen.has(path)) throw refuse(identity, `names ${file} again`);
    seen.add(path);
    return { path, label, identity };
  });
  if (files.length === 0) throw dataFileInvalid({ file: `${tree.name}/${annotations}`, problem: "it is empty", expected: "a line for each validation image" });
  return files;
}

function demandNumbers(folder: string, splits: Readonly<Record<"training" | "test", readonly LabelledFile[]>>): void {
  for (const split of ["training", "test"] as const) {
    if (splits[split].length === published[split]) continue;
    throw imageFoldersInvalid({
      folder,
      problem: `it has ${splits[split].length} images in ${split === "training" ? "train" : "val"}`,
      expected: `${published[split]} images, as published`,
      fix: "unpack the archive again; or --set tiny-imagenet.verify=false for images of your own in this form",
    });
  }
}

async function text(tree: FileTree, path: string): Promise<string> {
  return Buffer.from(await tree.read(path)).toString("utf8");
}
