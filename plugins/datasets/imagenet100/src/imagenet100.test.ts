import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dataset } from "@kdf/core";
import { MemoryRegistry } from "@kdf/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import plugin from "./index.js";

const images = fileURLToPath(new URL("../../../../test/external/datasets/fixtures/images", import.meta.url));
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "kdf-imagenet100-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const make = (given: Record<string, unknown> = {}): Promise<Dataset> =>
  new MemoryRegistry([plugin], { dataDirectory: folder, cacheDirectory: join(folder, "cache") }).create("dataset", "imagenet100", { threads: 0, size: 28, ...given });
/** Two images for training and one of another kind for validation, as ImageNet has them: grey, CMYK, a PNG that is named JPEG. */
function put(...ids: string[]): void {
  for (const [split, files] of [["train", ["cmyk.jpg", "grey.jpg"]], ["val", ["png-named.jpg"]]] as const) {
    for (const id of ids) {
      mkdirSync(join(folder, split, id), { recursive: true });
      for (const file of files) copyFileSync(join(images, file), join(folder, split, id, `${id}_${file.replace("jpg", "JPEG")}`));
    }
  }
}

test("labels are the places in the sorted list; classes that are not in it stay out", async () => {
  put("n03000000", "n01000000", "n02000000");
  const dataset = await make({ classes: ["n03000000", "n01000000"] });
  await dataset.check();
  expect(dataset.description.classes).toEqual(["n01000000", "n03000000"]);
  const training = await dataset.open("training");
  expect([...training.labels]).toEqual([0, 0, 1, 1]);
  expect([...(await dataset.open("test")).labels]).toEqual([0, 1]);
  expect((await training.read(Int32Array.of(0, 3))).length).toBe(2 * 28 * 28 * 3);
  expect((await training.readCropped!(Int32Array.of(1), new Float64Array(40).fill(0.5))).length).toBe(28 * 28 * 3);
});

test("the hash of the list is in the record, however the list was given", async () => {
  put("n03000000", "n01000000");
  const hash = createHash("sha256").update("n01000000\nn03000000\n").digest("hex");
  const file = join(folder, "classes.txt");
  writeFileSync(file, "n03000000\r\nn01000000\r\n");
  for (const classes of [["n03000000", "n01000000"], file]) {
    expect(await (await make({ classes })).provenance()).toMatchObject({ "sha256 of the list of classes": hash, images: "4 in train, 2 in val" });
  }
});

test("by default it is the list of CMC", async () => {
  const { classes } = (await make()).description;
  expect(classes.length).toBe(100);
  expect(new Set(classes).size).toBe(100);
  expect(classes).toEqual([...classes].sort());
  // The first and the last of the file as it was published.
  expect(classes).toEqual(expect.arrayContaining(["n02869837", "n02090622"]));
});

test("ImageNet's sizes: the centre of 224 of a shorter side of 256", async () => {
  const { description } = await make({ size: 224 });
  expect(description).toMatchObject({ height: 224, width: 224, mean: [0.485, 0.456, 0.406] });
  expect(description.standardAugmentation).toEqual({ cropPadding: 0, horizontalFlip: true, randomResizedCrop: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } });
});

test.each([
  ["n01000000\nn0200000\n", /it has the word "n0200000"/],
  ["n01000000\n", /it has 1 classes/],
  ["n01000000 n02000000 n01000000", /it has n01000000 twice/],
])("a file that is no list of classes is refused: %j", async (content, message) => {
  const file = join(folder, "classes.txt");
  writeFileSync(file, content);
  await expect(make({ classes: file })).rejects.toMatchObject({ code: "KDF_DATA_FILE_INVALID" });
  await expect(make({ classes: file })).rejects.toThrow(message);
});

test("a list that is not there, folders that are not there, classes that are not there: each is named", async () => {
  await expect(make({ classes: join(folder, "none.txt") })).rejects.toMatchObject({ code: "KDF_DATA_FILE_MISSING", message: /none.txt/ });
  await expect((await make()).check()).rejects.toMatchObject({ code: "KDF_DATA_FILE_MISSING", message: /train and val[^]*image-net\.org/ });
  put("n01000000");
  await expect((await make({ classes: ["n01000000", "n02000000"] })).check()).rejects.toMatchObject({ code: "KDF_IMAGE_FOLDERS_INVALID", message: /train lacks 1 of 2 classes: n02000000/ });
});
