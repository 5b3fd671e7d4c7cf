import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dataset } from "@kdf/core";
import { MemoryRegistry } from "@kdf/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import plugin from "./index.js";

/** Archives made by NumPy, pickle and tarfile: test/external/datasets/make.py. */
const fixtures = fileURLToPath(new URL("../../../../test/external/datasets/fixtures/cifar10", import.meta.url));
const expected = (JSON.parse(readFileSync(join(fixtures, "../expected.json"), "utf8")) as Record<string, Record<"training" | "test", { pixels: string; labels: number[] }>>)["cifar10"]!;

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "kdf-cifar10-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const make = (given: Record<string, unknown> = { verify: false }): Promise<Dataset> =>
  new MemoryRegistry([plugin], { dataDirectory: folder, cacheDirectory: join(folder, "cache") }).create("dataset", "cifar10", given);

test.each([
  ["cifar-10-binary.tar.gz", false],
  ["cifar-10-binary.tar.gz", true],
  ["cifar-10-python.tar.gz", false],
  ["cifar-10-python.tar.gz", true],
])("the five parts of %s (unpacked: %s) are one split, in their order", async (archive, isUnpacked) => {
  if (isUnpacked) execFileSync("tar", ["-xf", join(fixtures, archive)], { cwd: folder });
  else copyFileSync(join(fixtures, archive), join(folder, archive));
  const dataset = await make();
  await dataset.check();
  for (const split of ["training", "test"] as const) {
    const source = await dataset.open(split);
    expect([...source.labels]).toEqual(expected[split].labels);
    expect(createHash("sha256").update(await source.read(source.identities)).digest("hex")).toBe(expected[split].pixels);
  }
});

test("unpacked binary files, of which no sums are published, must have the published numbers of images", async () => {
  execFileSync("tar", ["-xf", join(fixtures, "cifar-10-binary.tar.gz")], { cwd: folder });
  const airplanes = expected.training.labels.filter((label) => label === 0).length;
  const checking = (await make({})).check();
  await expect(checking).rejects.toThrow(`its training split has ${airplanes} images of the class airplane`);
  await expect(checking).rejects.toThrow("5000 images of each class");
});

test("the names of the classes are those in the archive", async () => {
  execFileSync("tar", ["-xf", join(fixtures, "cifar-10-binary.tar.gz")], { cwd: folder });
  const names = readFileSync(join(folder, "cifar-10-batches-bin/batches.meta.txt"), "utf8").trim().split("\n");
  expect((await make()).description.classes).toEqual(names);
});
