import { join } from "node:path";
import { dataFileMissing, imageFoldersInvalid, type Dataset, type PluginContext } from "@kdf/core";
import { dataFolders } from "@kdf/data";
import { folderTree, ImageFilesDataset, isDirectory, labelledFiles, shown } from "@kdf/images";
import { classList } from "./class-list.js";
import type { Options } from "./options.js";

/**
 * Classes of ImageNet (ILSVRC 2012) from `train/WNID/…` and `val/WNID/…`; other classes may lie beside them. A label is the
 * place of its WordNet id in the sorted list. Trained with RandomResizedCrop and a flip, tested on the centre, as
 * torchvision's reference does; mean and standard deviation are torchvision's.
 */
export async function imagenet100(options: Options, context: PluginContext): Promise<Dataset> {
  const { classes, origin, hash } = await classList(options);
  const { size, resize = Math.round((size * 8) / 7) } = options;
  return new ImageFilesDataset({
    description: {
      id: "imagenet100",
      classes,
      height: size,
      width: size,
      channels: 3,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      standardAugmentation: { cropPadding: 0, horizontalFlip: true, randomResizedCrop: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } },
    },
    framing: { size, resize },
    options,
    context,
    async collect() {
      const root = await locate(options, context);
      for (const part of ["train", "val"]) {
        const present = await Promise.all(classes.map((id) => isDirectory(join(root, part, id))));
        const missing = classes.filter((_, place) => present[place] !== true);
        if (missing.length === 0) continue;
        throw imageFoldersInvalid({
          folder: root,
          problem: `${part} lacks ${missing.length} of ${classes.length} classes: ${shown(missing)}`,
          expected: `${part}/WNID for each class of the list (${origin})`,
          fix: "extract ImageNet's archives into a folder for each class, the validation images too; or name the classes that are there with --set imagenet100.classes=…",
        });
      }
      const tree = await folderTree(root, classes.flatMap((id) => [`train/${id}`, `val/${id}`]));
      const splits = { training: labelledFiles(tree, "train", classes), test: labelledFiles(tree, "val", classes) };
      return {
        tree,
        splits,
        provenance: {
          name: `ImageNet, ${classes.length} classes`,
          source: root,
          images: `${splits.training.length} in train, ${splits.test.length} in val`,
          "list of classes": origin,
          "sha256 of the list of classes": hash,
          licence: "ImageNet's terms: research, not commercial",
        },
      };
    },
  });
}

async function locate({ directory }: Options, context: PluginContext): Promise<string> {
  const places = dataFolders("imagenet100", context, directory);
  for (const root of places) if ((await isDirectory(join(root, "train"))) && (await isDirectory(join(root, "val")))) return root;
  throw dataFileMissing({
    dataset: "imagenet100",
    file: "the folders train and val",
    looked: places,
    fix: "get ImageNet from https://image-net.org (it asks for an account), and name the folder that holds train/ and val/ with --data-dir",
  });
}
