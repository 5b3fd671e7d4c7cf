import { imageFoldersInvalid } from "@kdf/core";
import type { LabelledFile } from "./decoded-source.js";
import type { FileTree } from "./file-tree.js";

const isImage = (path: string): boolean => /\.(jpe?g|png|webp)$/i.test(path);

/** Names of the folders right below `part`, in the order of their characters' codes, as torchvision sorts them. */
export function classesIn(tree: FileTree, part: string): string[] {
  const prefix = `${part}/`;
  return [...tree.folders].filter((folder) => folder.startsWith(prefix) && !folder.includes("/", prefix.length)).map((folder) => folder.slice(prefix.length)).sort();
}

/**
 * The images of `part/CLASS/…`, each with its class's place in `classes` as label, in the order of class and path. An
 * image's identity is its place among them.
 * @throws KDF_IMAGE_FOLDERS_INVALID where a class has no image
 */
export function labelledFiles(tree: FileTree, part: string, classes: readonly string[]): LabelledFile[] {
  const labels = new Map(classes.map((name, label) => [name, label]));
  const found: string[][] = classes.map(() => []);
  for (const path of tree.files.keys()) {
    const [top, name] = path.split("/", 2);
    const label = top === part && isImage(path) ? labels.get(name!) : undefined;
    if (label !== undefined) found[label]!.push(path);
  }
  const empty = classes.filter((_, label) => found[label]!.length === 0);
  if (empty.length > 0) {
    throw imageFoldersInvalid({
      folder: tree.name,
      problem: `${empty.length === 1 ? "the class" : `${empty.length} classes`} ${shown(empty)} ${empty.length === 1 ? "has" : "have"} no images in ${part}`,
      expected: `${part}/CLASS/*.{jpg,jpeg,png,webp} for each class`,
      fix: "add images, or remove the folders of these classes",
    });
  }
  return found.flatMap((paths, label) => paths.sort().map((path) => ({ path, label }))).map((file, identity) => ({ ...file, identity }));
}

/** The first few names. */
export function shown(names: readonly string[]): string {
  return `${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`;
}
