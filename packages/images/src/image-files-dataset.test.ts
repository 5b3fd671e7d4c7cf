import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DatasetDescription } from "@kdf/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { labelledFiles } from "./class-folders.js";
import { DecodingThreads } from "./decoding-threads.js";
import { folderTree } from "./file-tree.js";
import { ImageFilesDataset } from "./image-files-dataset.js";
import type { ImageOptions } from "./options.js";

const fixtures = fileURLToPath(new URL("../../../test/external/datasets/fixtures", import.meta.url));
const classes = ["ant", "bee", "cat"];
let folder: string;
let said: string[];
let closed: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-images-"));
  said = [];
  closed = 0;
  cpSync(join(fixtures, "image-folder"), join(folder, "data"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function make(changes: Partial<ImageOptions> = {}, augmentation: Partial<DatasetDescription["standardAugmentation"]> = {}): ImageFilesDataset {
  return new ImageFilesDataset({
    description: {
      id: "pictures",
      classes,
      height: 24,
      width: 24,
      channels: 3,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      standardAugmentation: { cropPadding: 0, horizontalFlip: true, ...augmentation },
    },
    framing: { size: 24, resize: 28 },
    options: { onBadImage: "fail", checkImages: true, memoryLimit: 100, threads: 0, ...changes },
    context: { cacheDirectory: join(folder, "cache"), logger: { info: () => {}, warn: (message) => said.push(message) } },
    close: () => void (closed += 1),
    collect: async () => {
      const tree = await folderTree(join(folder, "data"), ["train", "val"]);
      return { tree, splits: { training: labelledFiles(tree, "train", classes), test: labelledFiles(tree, "val", classes) }, provenance: { source: "here" } };
    },
  });
}
const damage = (path: string): void => writeFileSync(join(folder, "data", path), readFileSync(join(fixtures, "images/damaged/cut-off.jpg")));

test("whole images pass, and open", async () => {
  const dataset = make();
  await dataset.check();
  const training = await dataset.open("training");
  expect(training.length).toBe(36);
  expect(training.readCropped).toBeUndefined();
  expect((await training.read(Int32Array.of(0, 35))).length).toBe(2 * 24 * 24 * 3);
  expect((await dataset.open("test")).length).toBe(12);
  expect(await dataset.provenance()).toEqual({ source: "here", "images left out": "0" });
});

test("damaged images refuse the run: how many, and which", async () => {
  for (const path of ["train/ant/00.jpg", "train/bee/01.png", "val/cat/02.webp"]) damage(path);
  const checking = make().check();
  await expect(checking).rejects.toMatchObject({ code: "KDF_IMAGES_DAMAGED", kind: "request" });
  await expect(checking).rejects.toThrow(/3 of 48 images cannot be decoded: train\/ant\/00.jpg: .*premature end.*; train\/bee\/01.png: .*; val\/cat\/02.webp: /i);
  await expect(checking).rejects.toThrow(/--on-bad-image skip/);
});

test("or are left out: the others keep their identities", async () => {
  for (const path of ["train/ant/00.jpg", "train/bee/01.png"]) damage(path);
  const dataset = make({ onBadImage: "skip" });
  await dataset.check();
  const training = await dataset.open("training");
  expect(training.length).toBe(34);
  expect([...training.identities.slice(0, 3)]).toEqual([1, 2, 3]);
  expect([...training.identities]).not.toContain(13);
  expect(training.labels[0]).toBe(0);
  expect(said).toEqual([expect.stringMatching(/2 of 48 images cannot be decoded.*They are left out\./s)]);
  expect(await dataset.provenance()).toMatchObject({ "images left out": "2" });
  // The pixels are those of the rows that are left.
  const whole = await make({ checkImages: false }).open("training");
  expect(await training.read(Int32Array.of(0, 33))).toEqual(await whole.read(Int32Array.of(1, 35)));
});

test("images are looked at once for all runs, until a file changes", async () => {
  await make().check();
  const [record] = readdirSync(join(folder, "cache/pictures"));
  writeFileSync(join(folder, "cache/pictures", record!), JSON.stringify({ format: 1, damaged: { "val/ant/00.jpg": "as recorded" } }));
  await expect(make().check()).rejects.toThrow(/1 of 48 images cannot be decoded: val\/ant\/00.jpg: as recorded/);
  damage("train/ant/04.jpg");
  await expect(make().check()).rejects.toThrow(/1 of 48 images cannot be decoded: train\/ant\/04.jpg/);
});

test("where they are not checked, a damaged one ends the run when it is read", async () => {
  damage("train/ant/00.jpg");
  const dataset = make({ checkImages: false });
  await dataset.check();
  await expect((await dataset.open("training")).read(Int32Array.of(0))).rejects.toMatchObject({ code: "KDF_IMAGE_UNREADABLE" });
});

test("what does not fit into the memory is decoded anew, and is the same", async () => {
  // One training split takes 36 x 1,728 bytes: 0.06 MB.
  const [kept, streamed] = [make(), make({ memoryLimit: 0 })];
  const rows = Int32Array.of(1, 30);
  const [one, other] = [await kept.open("training"), await streamed.open("training")];
  const first = await one.read(rows);
  expect(await other.read(rows)).toEqual(first);
  writeFileSync(join(folder, "data/train/ant/01.png"), "gone");
  expect(await one.read(rows)).toEqual(first);
  await expect(other.read(rows)).rejects.toMatchObject({ code: "KDF_IMAGE_UNREADABLE" });
});

test("random crops are of training images alone", async () => {
  const dataset = make({}, { randomResizedCrop: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } });
  expect((await dataset.open("training")).readCropped).toBeTypeOf("function");
  expect((await dataset.open("test")).readCropped).toBeUndefined();
});

test("disposed of, it ends its threads and closes its files", async () => {
  const ended = vi.spyOn(DecodingThreads.prototype, "end");
  await make().dispose();
  expect(ended).toHaveBeenCalledOnce();
  expect(closed).toBe(1);
  ended.mockRestore();
});

test("a split of which nothing is left is refused", async () => {
  for (const name of classes) for (const file of readdirSync(join(folder, "data/val", name))) damage(`val/${name}/${file}`);
  await expect(make({ onBadImage: "skip" }).check()).rejects.toMatchObject({ code: "KDF_DATA_TOO_SMALL" });
});
