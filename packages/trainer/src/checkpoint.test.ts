import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkpointWeights, findCheckpoint, type CheckpointState } from "./checkpoint.js";

let run: string;
let folder: string;
beforeAll(() => {
  run = mkdtempSync(join(tmpdir(), "checkpoint-"));
  folder = join(run, "checkpoints", "best");
  mkdirSync(folder, { recursive: true });
  const position = { stage: 0, epoch: 1, step: 0, globalStep: 5 };
  const files = { student: "student-5.safetensors", training: "training-5.safetensors" };
  const state: CheckpointState = { format: 1, ...position, files, best: null, metrics: {}, augmenters: {}, epochSums: {}, linesLength: 0 };
  writeFileSync(join(folder, "state.json"), JSON.stringify(state));
  writeFileSync(join(folder, "student-5.safetensors"), "");
});
afterAll(() => {
  rmSync(run, { recursive: true });
});

test("without the optimizer's state a run cannot go on, and its weights are still there", () => {
  expect(checkpointWeights(run, "best")).toBe(join(folder, "student-5.safetensors"));
  expect(() => findCheckpoint(run, "best")).toThrow(expect.objectContaining({ code: "KDF_RUN_NOT_FOUND", message: expect.stringContaining("training-5.safetensors is missing") as string }));
});

test("weights that are gone are named", () => {
  rmSync(join(folder, "student-5.safetensors"));
  expect(() => checkpointWeights(run, "best")).toThrow(/student-5.safetensors is missing/);
  expect(() => checkpointWeights(run, "last")).toThrow(/no checkpoint last/);
});
