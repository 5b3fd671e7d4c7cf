import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Dataset } from "@kdf/core";
import { MemoryRegistry } from "@kdf/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import plugin from "./index.js";

/** Files made by NumPy: test/external/datasets/make.py. */
const fixtures = fileURLToPath(new URL("../../../../test/external/datasets/fixtures/mnist", import.meta.url));
const expected = (JSON.parse(readFileSync(join(fixtures, "../expected.json"), "utf8")) as Record<string, Record<"training" | "test", { pixels: string; labels: number[] }>>)["mnist"]!;

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "kdf-mnist-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const make = (given: Record<string, unknown> = { verify: false }): Promise<Dataset> =>
  new MemoryRegistry([plugin], { dataDirectory: folder, cacheDirectory: join(folder, "cache") }).create("dataset", "mnist", given);

test.each([".", "mnist", "MNIST/raw"])("the four files in %s, gzipped or not", async (place) => {
  cpSync(fixtures, join(folder, place), { recursive: true });
  const name = join(folder, place, "train-images-idx3-ubyte");
  writeFileSync(name, gunzipSync(readFileSync(`${name}.gz`)));
  rmSync(`${name}.gz`);
  const dataset = await make();
  await dataset.check();
  for (const split of ["training", "test"] as const) {
    const source = await dataset.open(split);
    expect([...source.labels]).toEqual(expected[split].labels);
    expect(createHash("sha256").update(await source.read(source.identities)).digest("hex")).toBe(expected[split].pixels);
  }
  expect(await dataset.provenance()).toMatchObject({ images: "the user's own" });
});

test("only the published files are taken, unless said", async () => {
  cpSync(fixtures, folder, { recursive: true });
  await expect((await make({})).check()).rejects.toMatchObject({ code: "KDF_DATA_CHECKSUM_WRONG", message: /mnist.verify=false/ });
});

test("without files, the places and the ways out are named", async () => {
  mkdirSync(join(folder, "mnist"));
  await expect((await make({})).check()).rejects.toMatchObject({ code: "KDF_DATA_FILE_MISSING", message: /MNIST\/raw.*[^]*--set mnist.download=true/ });
});

test("digits are not flipped", async () => {
  expect((await make()).description.standardAugmentation).toEqual({ cropPadding: 2, horizontalFlip: false });
});
