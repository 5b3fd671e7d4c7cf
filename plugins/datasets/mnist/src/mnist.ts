import { join } from "node:path";
import { dataFileMissing, type PluginContext } from "@kdf/core";
import { dataFolders, fetchFile, filesIn, IdxDataset, idxFileNames, type IdxFileName, type IdxFiles } from "@kdf/data";
import type { Options } from "./options.js";
import { contentSums, packedFiles } from "./published-files.js";

/** Where torchvision keeps the files below its root. */
const torchvisionFolder = "MNIST/raw";

/**
 * MNIST (Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, 1998): 28 x 28 grey images of the digits. Digits are not flipped. Mean
 * and standard deviation are those of the training pixels, as in PyTorch's example for MNIST.
 */
export function mnist(options: Options, context: PluginContext): IdxDataset {
  return new IdxDataset({
    description: {
      id: "mnist",
      classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
      height: 28,
      width: 28,
      channels: 1,
      mean: [0.1307],
      std: [0.3081],
      standardAugmentation: { cropPadding: options.cropPadding, horizontalFlip: false },
    },
    fix: "replace the file by a fresh copy: it is damaged or another; --set mnist.verify=false takes images of your own in this format",
    async locate() {
      const paths = await locate(options, context);
      return options.verify ? { paths, sums: contentSums } : { paths };
    },
    describeOrigin({ paths }, sums) {
      const published = idxFileNames.every((name) => sums[name] === contentSums[name]);
      return { name: "MNIST", images: published ? "full" : "the user's own", source: published ? "http://yann.lecun.com/exdb/mnist/" : paths["train-images-idx3-ubyte"], licence: "unknown" };
    },
  });
}

async function locate(options: Options, context: PluginContext): Promise<IdxFiles["paths"]> {
  const folders = dataFolders("mnist", context, options.directory).flatMap((folder) => [folder, join(folder, torchvisionFolder)]);
  let fewestMissing: readonly IdxFileName[] = idxFileNames;
  for (const folder of folders) {
    const { found, missing } = await filesIn(folder, idxFileNames, ["", ".gz"]);
    if (missing.length === 0) return found as IdxFiles["paths"];
    if (missing.length < fewestMissing.length) fewestMissing = missing;
  }
  const byHand = "name the folder of the four idx files with --data-dir";
  if (!options.download) {
    throw dataFileMissing({ dataset: "mnist", file: `${fewestMissing[0]}(.gz)`, looked: folders, fix: `${byHand}, or --set mnist.download=true` });
  }
  const paths: Partial<Record<IdxFileName, string>> = {};
  for (const name of idxFileNames) {
    paths[name] = await fetchFile("mnist", { file: `${name}.gz`, mirrors: options.mirrors, ...packedFiles[name] }, context, `check the connection, or ${byHand}`);
  }
  return paths as IdxFiles["paths"];
}
