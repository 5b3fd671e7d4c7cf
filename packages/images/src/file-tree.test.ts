import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { classesIn, labelledFiles } from "./class-folders.js";
import { folderTree, zipTree } from "./file-tree.js";

const folder = mkdtempSync(join(tmpdir(), "kdf-tree-"));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (path: string): void => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), path);
};
for (const path of ["train/b/2.PNG", "train/b/10.jpg", "train/a/x.webp", "train/a/notes.txt", "train/a/.hidden.png", "train/.git/x.png", "other/c/1.png"]) write(path);
mkdirSync(join(folder, "train/empty"));
symlinkSync(join(folder, "other/c"), join(folder, "train/c"));

test("a folder's classes and images, links to folders too, hidden files not", async () => {
  const tree = await folderTree(folder, ["train", "absent"]);
  expect(classesIn(tree, "train")).toEqual(["a", "b", "c", "empty"]);
  expect(labelledFiles(tree, "train", ["a", "b", "c"])).toEqual([
    { path: "train/a/x.webp", label: 0, identity: 0 },
    { path: "train/b/10.jpg", label: 1, identity: 1 },
    { path: "train/b/2.PNG", label: 1, identity: 2 },
    { path: "train/c/1.png", label: 2, identity: 3 },
  ]);
  expect(Buffer.from(await tree.read("train/c/1.png")).toString()).toBe("other/c/1.png");
});

test("a class without images is named", async () => {
  const tree = await folderTree(folder, ["train"]);
  expect(() => labelledFiles(tree, "train", classesIn(tree, "train"))).toThrow(expect.objectContaining({ code: "KDF_IMAGE_FOLDERS_INVALID" }));
  expect(() => labelledFiles(tree, "train", classesIn(tree, "train"))).toThrow(/the class empty has no images in train/);
});

test("a file that changes changes what stands for it", async () => {
  const before = (await folderTree(folder, ["train"])).files.get("train/b/10.jpg");
  writeFileSync(join(folder, "train/b/10.jpg"), "longer than before");
  expect((await folderTree(folder, ["train"])).files.get("train/b/10.jpg")).not.toBe(before);
});

test("an archive's files below its folder", async () => {
  const file = fileURLToPath(new URL("../../../test/external/datasets/fixtures/archives/good.zip", import.meta.url));
  const tree = await zipTree(file, { prefix: "folder/", largest: 10_000 });
  expect([...tree.files.keys()]).toEqual(["one.txt", "two.txt"]);
  expect(Buffer.from(await tree.read("one.txt")).toString()).toBe("one");
});
