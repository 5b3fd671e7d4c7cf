import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { boringExperiment, errorCode, kdf, repository, temporaryFolder } from "./kdf.js";

/** Runs on small files in the exact formats, made by other programs: test/external/datasets/make.py. */
const fixtures = join(repository, "test/external/datasets/fixtures");
const folder = temporaryFolder();
afterAll(() => folder.remove());

const experiment = boringExperiment(folder.path, { metrics: ["boring-accuracy"], epochs: 1, batchSize: 16 });
const train = (dataset: string, data: string, run: string, ...more: string[]) =>
  kdf("train", ...experiment, "--no-teacher", "--dataset", dataset, "--data-dir", data, "--run-dir", join(folder.path, run), ...more);
const record = (run: string): string => readFileSync(join(folder.path, run, "run.json"), "utf8");

it("trains on CIFAR-100 from its archive", async () => {
  const { code, messages } = await train("cifar100", join(fixtures, "cifar100"), "cifar", "--set", "cifar100.verify=false");
  expect(code, messages).toBe(0);
  expect(record("cifar")).toMatch(/sha256 cifar-100-binary.tar.gz/);
});

it("trains on a folder of images in random crops; damaged ones are refused before a run exists, and left out where told", async () => {
  const data = join(folder.path, "data");
  cpSync(join(fixtures, "image-folder"), data, { recursive: true });
  cpSync(join(fixtures, "images/damaged/cut-off.jpg"), join(data, "train/ant/04.jpg"));
  const refused = await train("image-folder", data, "refused", "--json");
  expect(refused.code).toBe(2);
  expect(errorCode(refused)).toBe("KDF_IMAGES_DAMAGED");
  expect(() => record("refused")).toThrow();
  const skipped = await train("image-folder", data, "skipped", "--set", "image-folder.size=16", "--on-bad-image", "skip");
  expect(skipped.code, skipped.messages).toBe(0);
  expect(skipped.messages).toMatch(/1 of 48 images cannot be decoded: train\/ant\/04.jpg/);
  expect(record("skipped")).toMatch(/"images left out": "1"/);
});
