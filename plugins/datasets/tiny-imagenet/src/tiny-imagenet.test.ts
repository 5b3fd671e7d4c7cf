import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dataset } from "@kdf/core";
import { ZipArchive } from "@kdf/formats";
import { MemoryRegistry } from "@kdf/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import plugin from "./index.js";

/** The archive is made by Pillow and zipfile, and its pixels are Pillow's: test/external/datasets/make.py. */
const fixtures = fileURLToPath(new URL("../../../../test/external/datasets/fixtures", import.meta.url));
interface Stated {
  readonly classes: string[];
  readonly training: { label: number; pixels: number[] }[];
  readonly test: { label: number; pixels: number[] }[];
}
const expected = (JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8")) as Record<string, Stated>)["tiny-imagenet"]!;
const archive = "tiny-imagenet-200.zip";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "kdf-tiny-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const make = (given: Record<string, unknown> = {}): Promise<Dataset> =>
  new MemoryRegistry([plugin], { dataDirectory: folder, cacheDirectory: join(folder, "cache") }).create("dataset", "tiny-imagenet", { verify: false, threads: 0, ...given });
const put = (): void => copyFileSync(join(fixtures, "tiny-imagenet", archive), join(folder, archive));
const unpacked = mkdtempSync(join(tmpdir(), "kdf-tiny-unpacked-"));
beforeAll(async () => {
  const zip = await ZipArchive.open(join(fixtures, "tiny-imagenet", archive), { largest: 1e6 });
  for (const { path } of zip.members) {
    mkdirSync(dirname(join(unpacked, path)), { recursive: true });
    writeFileSync(join(unpacked, path), await zip.read(path));
  }
  zip.close();
});
afterAll(() => rmSync(unpacked, { recursive: true }));
const unpack = (): void => cpSync(unpacked, folder, { recursive: true });

test.each(["packed", "unpacked"])("%s, it gives Pillow's pixels and the annotated labels, grey files too", async (form) => {
  if (form === "packed") put();
  else unpack();
  const dataset = await make();
  await dataset.check();
  expect(dataset.description.classes).toEqual(expected.classes);
  for (const split of ["training", "test"] as const) {
    const source = await dataset.open(split);
    expect([...source.labels]).toEqual(expected[split].map(({ label }) => label));
    const pixels = await source.read(source.identities);
    expect(pixels.length).toBe(expected[split].length * 64 * 64 * 3);
    expected[split].forEach((image, row) => expect([...pixels.subarray(row * 12_288, row * 12_288 + 64)]).toEqual(image.pixels));
  }
  if (form === "packed") expect(await dataset.provenance()).toMatchObject({ [`sha256 ${archive}`]: expect.stringMatching(/^[0-9a-f]{64}$/), "images left out": "0" });
});

test("only the published archive is taken, unless said", async () => {
  put();
  await expect(make({ verify: true })).rejects.toMatchObject({ code: "KDF_DATA_CHECKSUM_WRONG", message: /90528d7ca1a48142e341f4ef8d21d0de/ });
  rmSync(join(folder, archive));
  unpack();
  await expect(make({ verify: true })).rejects.toThrow(/wnids.txt is not valid: it has 3 words/);
});

test("without files, the places and the ways out are named", async () => {
  await expect(make()).rejects.toMatchObject({ code: "KDF_DATA_FILE_MISSING", message: /tiny-imagenet-200.zip[^]*--data-dir[^]*download=true/ });
});

test.each([
  ["val_0.JPEG\tn09999999\t0\t0\t1\t1\n", /val_annotations.txt is not valid: line 1 names the class "n09999999"/],
  ["val_0.JPEG\tn01000002\t0\nother.JPEG\tn01000002\n", /line 2 names the image "other.JPEG", which is not there/],
  ["val_0.JPEG\tn01000002\nval_0.JPEG\tn01000002\n", /line 2 names val_0.JPEG again/],
  ["../../secret\tn01000002\n", /names the image "\.\.\/\.\.\/secret", which is not there/],
  ["", /it is empty/],
])("annotations that fit no image are refused: %j", async (content, message) => {
  unpack();
  writeFileSync(join(folder, "tiny-imagenet-200/val/val_annotations.txt"), content);
  const checking = (await make()).check();
  await expect(checking).rejects.toMatchObject({ code: "KDF_DATA_FILE_INVALID" });
  await expect(checking).rejects.toThrow(message);
});

test("an image of another size is a damaged one", async () => {
  unpack();
  copyFileSync(join(fixtures, "images/rgb.jpg"), join(folder, "tiny-imagenet-200/val/images/val_1.JPEG"));
  await expect((await make()).check()).rejects.toThrow(/1 of 18 images cannot be decoded: val\/images\/val_1.JPEG: it has 60 x 45 pixels instead of 64 x 64/);
  expect((await (await make({ onBadImage: "skip" })).open("test")).length).toBe(5);
});

test("an archive that is unsafe or cut off is refused", async () => {
  copyFileSync(join(fixtures, "archives/climbs.zip"), join(folder, archive));
  await expect(make()).rejects.toMatchObject({ code: "KDF_ARCHIVE_UNSAFE" });
  writeFileSync(join(folder, archive), readFileSync(join(fixtures, "tiny-imagenet", archive)).subarray(0, 9_000));
  await expect(make()).rejects.toMatchObject({ code: "KDF_DATA_FILE_INVALID" });
});
