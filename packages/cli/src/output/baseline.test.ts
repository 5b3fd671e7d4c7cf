import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configurationSchema, type RunRecord } from "@kdf/core";
import { expect, it, onTestFinished } from "vitest";
import { comparable, findBaseline } from "./baseline.js";

const configuration = configurationSchema.parse({
  dataset: "flowers",
  teacher: "big",
  student: "small",
  distiller: "kd",
  engine: "wasm",
  epochs: 1,
  batchSize: 32,
});

const record: RunRecord = {
  format: 1,
  name: "x",
  startedAt: "2026-01-01T00:00:00.000Z",
  command: ["kdf", "train"],
  versions: {},
  plugins: [],
  options: { "dataset:flowers": { subset: true, sizes: [1, 2] }, "network:small": {}, "distiller:kd": { temperature: 4 } },
  engine: { id: "wasm", tier: "embedded", library: "l", device: "cpu", threads: 2, features: [] },
  platform: {},
  configuration,
  dataset: { name: "Flowers", sha256: "aa" },
  split: { training: 9, validation: 1, test: 5, hash: "h" },
  teacher: null,
  gitCommit: null,
};

/** The record after a change, made on a copy. */
const changed = (change: (copy: any) => void): RunRecord => {
  const copy = structuredClone(record);
  change(copy);
  return copy;
};

function fileOf(entries: unknown): string {
  const directory = mkdtempSync(join(tmpdir(), "kdf-baseline-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, "baselines.json");
  writeFileSync(file, JSON.stringify(entries));
  return file;
}

const entry = (of: RunRecord) => ({
  command: "kdf train --no-teacher",
  seed: 0,
  engine: "wasm",
  date: "2026-01-01",
  machine: "a machine",
  comparable: comparable(of),
  test: { top1: 0.5 },
});

it("finds the entry of the same student, data and settings among others, whatever the order of keys", () => {
  const other = changed((copy) => (copy.configuration.epochs = 2));
  const turned = { ...entry(record), comparable: Object.fromEntries(Object.entries(comparable(record)).reverse()) };
  expect(findBaseline(fileOf([entry(other), turned]), record)?.test).toEqual({ top1: 0.5 });
});

it.each<[string, (copy: any) => void]>([
  ["the seed", (copy) => (copy.configuration.seed = 7)],
  ["the engine", (copy) => (copy.engine.id = copy.configuration.engine = "cpu")],
  ["the distiller's options", (copy) => (copy.options["distiller:kd"].temperature = 2)],
  ["the augmenters", (copy) => copy.configuration.plugins.push("cutmix")],
])("does not mind %s", (_, change) => {
  expect(findBaseline(fileOf([entry(record)]), changed(change))).toBeDefined();
});

it.each<[string, (copy: any) => void]>([
  ["another number of epochs", (copy) => (copy.configuration.epochs = 2)],
  ["another batch size", (copy) => (copy.configuration.batchSize = 64)],
  ["another learning rate", (copy) => (copy.configuration.optimizer.learningRate = 1)],
  ["another schedule", (copy) => (copy.configuration.schedule = { id: "constant", warmupEpochs: 0 })],
  ["another validation split", (copy) => (copy.configuration.validation.seed = 1)],
  ["other images", (copy) => (copy.dataset.sha256 = "bb")],
  ["other rows", (copy) => (copy.split.hash = "i")],
  ["other options of the data set", (copy) => (copy.options["dataset:flowers"].sizes = [2, 1])],
  ["other options of the student", (copy) => (copy.options["network:small"].width = 2)],
  ["a run without a teacher", (copy) => (copy.configuration.teacher = null)],
])("has nothing for %s", (_, change) => {
  expect(findBaseline(fileOf([entry(record)]), changed(change))).toBeUndefined();
});

it("has nothing where the preset has no file, and does not pass over a file that is wrong", () => {
  expect(findBaseline(undefined, record)).toBeUndefined();
  expect(findBaseline(join(tmpdir(), "kdf-no-such-file.json"), record)).toBeUndefined();
  expect(() => findBaseline(fileOf([{ ...entry(record), seed: "none" }]), record)).toThrow();
});
