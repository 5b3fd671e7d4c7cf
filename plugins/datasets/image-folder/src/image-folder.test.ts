import { copyFileSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dataset } from "@kdf/core";
import { MemoryRegistry } from "@kdf/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import plugin from "./index.js";

/** Made by Pillow: test/external/datasets/make.py. */
const fixtures = fileURLToPath(new URL("../../../../test/external/datasets/fixtures", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-image-folder-"));
  cpSync(join(fixtures, "image-folder"), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const make = (given: Record<string, unknown> = {}): Promise<Dataset> =>
  new MemoryRegistry([plugin], { dataDirectory: folder, cacheDirectory: join(folder, "cache") }).create("dataset", "image-folder", { threads: 0, size: 28, ...given });

test("classes are the folders of train, images of every format have their labels", async () => {
  const dataset = await make();
  await dataset.check();
  expect(dataset.description.classes).toEqual(["ant", "bee", "cat"]);
  const training = await dataset.open("training");
  expect([...training.labels]).toEqual([0, 1, 2].flatMap((label) => Array<number>(12).fill(label)));
  expect((await training.read(training.identities)).length).toBe(36 * 28 * 28 * 3);
  expect((await dataset.open("test")).length).toBe(12);
  expect(await dataset.provenance()).toMatchObject({ source: folder, images: "36 in train, 12 in val" });
});

test("test is taken before val; testFolder names another", async () => {
  renameSync(join(folder, "val/cat"), join(folder, "cat"));
  mkdirSync(join(folder, "test"));
  renameSync(join(folder, "cat"), join(folder, "test/cat"));
  const tested = await (await make()).open("test");
  expect([...tested.labels]).toEqual([2, 2, 2, 2]);
  expect([...(await (await make({ testFolder: "val" })).open("test")).labels]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
});

test("padded crops are those of CIFAR, and need no source of crops", async () => {
  const dataset = await make({ trainingCrop: "padded", cropPadding: 4 });
  expect(dataset.description.standardAugmentation).toEqual({ cropPadding: 4, horizontalFlip: true });
  expect((await dataset.open("training")).readCropped).toBeUndefined();
});

test("a class without images, in either folder, is named", async () => {
  mkdirSync(join(folder, "train/dog"));
  await expect((await make()).check()).rejects.toMatchObject({ code: "KDF_IMAGE_FOLDERS_INVALID", message: /the class dog has no images in train/ });
  copyFileSync(join(folder, "train/ant/01.png"), join(folder, "train/dog/1.png"));
  mkdirSync(join(folder, "val/dog"));
  await expect((await make()).check()).rejects.toThrow(/the class dog has no images in val/);
});

test("a class that only the test folder has is named", async () => {
  mkdirSync(join(folder, "val/elk"));
  await expect(make()).rejects.toThrow(/val has elk, which train has not/);
});

test("a damaged image is named with the count", async () => {
  copyFileSync(join(fixtures, "images/damaged/text.jpg"), join(folder, "train/ant/00.jpg"));
  await expect((await make()).check()).rejects.toMatchObject({ code: "KDF_IMAGES_DAMAGED", message: /1 of 48 images cannot be decoded: train\/ant\/00.jpg: it is no JPEG, PNG or WebP image/ });
});

test("folders that are not there are named, with the ways out", async () => {
  await expect(make({ directory: join(folder, "none") })).rejects.toMatchObject({ code: "KDF_DATA_FILE_MISSING", message: /the folder train, which is not in .*none[^]*--data-dir/ });
  rmSync(join(folder, "val"), { recursive: true });
  await expect(make()).rejects.toThrow(/the folder test or val/);
  rmSync(join(folder, "train"), { recursive: true });
  mkdirSync(join(folder, "train/only"), { recursive: true });
  mkdirSync(join(folder, "val"));
  await expect(make()).rejects.toThrow(/train has one folder of a class/);
});

test("a side that is shorter than the cut is refused", async () => {
  await expect(make({ size: 64, resize: 32 })).rejects.toThrow(/resize must not be less than size/);
});
