import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { comparable } from "@kdf/cli";
import { runRecordSchema } from "@kdf/core";
import { afterAll, expect, it } from "vitest";
import { repository, startKdf, temporaryFolder } from "./kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Else `kdf train` would silently show no student without a teacher. `npm run baselines -w @kdf/benchmarks` remakes it. */
it("the preset's baseline was measured with the preset's own settings and the data that ship", async () => {
  const run = join(folder.path, "run");
  const { process, finished } = startKdf(["train", "--plugin", "cutmixpick", "--run-dir", run]);
  const file = join(run, "run.json");
  // The record is written before the first step.
  for (const end = Date.now() + 60_000; !existsSync(file) && process.exitCode === null && Date.now() < end; ) {
    await new Promise((done) => setTimeout(done, 10));
  }
  process.kill("SIGKILL");
  const { messages } = await finished;
  expect(existsSync(file), messages).toBe(true);
  const record = runRecordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const path = join(repository, "plugins/presets/quickstart/results/baselines.json");
  const baselines = JSON.parse(readFileSync(path, "utf8")) as { comparable: unknown }[];
  expect(baselines.map((baseline) => baseline.comparable)).toContainEqual(comparable(record));
});
