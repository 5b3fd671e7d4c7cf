import { join } from "node:path";
import { dataFileMissing, imageFoldersInvalid, type Dataset, type PluginContext } from "@kdf/core";
import { dataFolders } from "@kdf/data";
import { classesIn, folderTree, ImageFilesDataset, isDirectory, labelledFiles, shown } from "@kdf/images";
import type { Options } from "./options.js";

const training = "train";

/**
 * Images in `train/CLASS/…` and `test/CLASS/…` or `val/CLASS/…`. The classes are the folders of `train`, sorted, which
 * gives them the numbers that torchvision's ImageFolder gives. The folders are listed at once, since the classes belong to
 * the description; the images are looked at when the data set is checked.
 * @throws KDF_DATA_FILE_MISSING, KDF_IMAGE_FOLDERS_INVALID
 */
export async function imageFolder(options: Options, context: PluginContext): Promise<Dataset> {
  const { root, test } = await locate(options, context);
  const tree = await folderTree(root, [training, test]);
  const classes = classesIn(tree, training);
  const refuse = (problem: string, fix: string) =>
    imageFoldersInvalid({ folder: root, problem, expected: "train/CLASS/*.{jpg,jpeg,png,webp} and val/CLASS/… or test/CLASS/…, of the same classes", fix });
  if (classes.length < 2) throw refuse(`${training} has ${classes.length === 0 ? "no folder" : "one folder"} of a class`, "put the images of each class into a folder of its own");
  const tested = classesIn(tree, test);
  const unknown = tested.filter((name) => !classes.includes(name));
  if (unknown.length > 0) throw refuse(`${test} has ${shown(unknown)}, which ${training} has not`, "add training images of these classes, or remove their folders");
  const { size, resize = Math.round((size * 8) / 7), trainingCrop, cropPadding, mean, std } = options;
  const isPadded = trainingCrop === "padded";
  return new ImageFilesDataset({
    description: {
      id: "image-folder",
      classes,
      height: size,
      width: size,
      channels: 3,
      mean,
      std,
      standardAugmentation: {
        cropPadding: isPadded ? cropPadding : 0,
        horizontalFlip: true,
        ...(!isPadded && { randomResizedCrop: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } }),
      },
    },
    framing: { size, resize },
    options,
    context,
    async collect() {
      const numbered = new Map(classes.map((name, label) => [name, label]));
      // A class need not have test images, but an empty folder of one is a mistake.
      const found = labelledFiles(tree, test, tested).map((file) => ({ ...file, label: numbered.get(tested[file.label]!)! }));
      const splits = { training: labelledFiles(tree, training, classes), test: found };
      return { tree, splits, provenance: { source: root, images: `${splits.training.length} in ${training}, ${found.length} in ${test}`, licence: "unknown" } };
    },
  });
}

async function locate({ directory, testFolder }: Options, context: PluginContext): Promise<{ root: string; test: string }> {
  const places = dataFolders("image-folder", context, directory);
  const tests = testFolder === undefined ? ["test", "val"] : [testFolder];
  let lacking = training;
  for (const root of places) {
    if (!(await isDirectory(join(root, training)))) continue;
    for (const test of tests) if (await isDirectory(join(root, test))) return { root, test };
    lacking = tests.join(" or ");
  }
  throw dataFileMissing({
    dataset: "image-folder",
    file: `the folder ${lacking}`,
    looked: places,
    fix: "name the folder that holds train/ and val/ or test/ with --data-dir, or with --set image-folder.directory=…",
  });
}
