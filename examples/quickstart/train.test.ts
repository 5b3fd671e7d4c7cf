import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { writePlugin } from "@kdf/testing";
import { afterAll, expect, it } from "vitest";
import { describe as inWords, train } from "./train.js";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "kdf-example-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("compiles against what the packages declare", async () => {
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const compiled = run(process.execPath, [compiler, "-p", import.meta.dirname]).catch((error: { stdout: string }) => error);
  expect((await compiled).stdout).toBe("");
});

it("trains a small student and tells of it", async () => {
  const said: string[] = [];
  const directory = join(folder, "run");
  const outcome = await train(directory, (line) => said.push(line), {
    plugins: [writePlugin(join(folder, "boring"), "boring"), "cutmixpick"],
    values: { dataset: "boring", teacher: "boring", student: "boring", epochs: 4, batchSize: 16 },
    set: ["metrics=[top-1, loss]", "optimizer.learningRate=0.005"],
  });

  expect(outcome.status).toBe("finished");
  // 96 images less a tenth for validation, three separable classes, of which chance finds a third.
  expect(outcome.record.split).toMatchObject({ training: 86, validation: 10, test: 48 });
  expect(said).toContain("6 steps an epoch");
  expect(said.filter((line) => line.startsWith("epoch"))).toHaveLength(4);
  expect(outcome.test?.last["top1"]).toBeGreaterThan(0.5);
  expect(outcome.test?.teacher?.["top1"]).toBeGreaterThan(0.5);
  expect(inWords(outcome)).toEqual([
    expect.stringMatching(/^last: .*"top1"/),
    expect.stringMatching(/^best: .*"epoch":\d/),
    expect.stringMatching(/^teacher: .*"top1"/),
    `run: ${directory}`,
  ]);
  const best = join(directory, "checkpoints/best");
  const { files } = JSON.parse(readFileSync(join(best, "state.json"), "utf8")) as { files: { student: string } };
  expect(existsSync(join(best, files.student))).toBe(true);
});
