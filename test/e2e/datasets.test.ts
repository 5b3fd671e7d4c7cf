import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writePlugin } from "@kdf/testing";
import { afterAll, expect, it } from "vitest";
import { stringify } from "yaml";
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

it("a study leaves damaged images out where told", async () => {
  const data = join(folder.path, "data");
  const file = join(folder.path, "study.yaml");
  const plugins = [writePlugin(join(folder.path, "plugins", "study"), "boring")];
  const settings = { plugins, dataset: "image-folder", engine: "cpu", distiller: "kd", metrics: ["loss"], monitor: "loss", epochs: 1, batchSize: 16, options: { "image-folder": { size: 16 } } };
  const pairs = [{ id: "a", teacher: { train: { network: "boring" } }, student: "boring" }];
  writeFileSync(file, stringify({ name: "folders", settings, pairs, augmenters: ["none"], seeds: [0] }));
  const study = (...more: string[]) => kdf("study", file, "--data-dir", data, "--run-dir", join(folder.path, "study"), "--json", ...more);
  const refused = await study("--dry-run");
  expect(errorCode(refused)).toBe("KDF_STUDY_INVALID");
  expect(refused.output).toContain("cannot be decoded: train/ant/04.jpg");
  const done = await study("--on-bad-image", "skip");
  expect(done.code, done.messages).toBe(0);
  expect(record("study/cells/a/none/seed-0/run")).toMatch(/"images left out": "1"/);
});
