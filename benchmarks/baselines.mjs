/**
 * Makes plugins/presets/quickstart/results/baselines.json again: the preset's student without a teacher, on the same
 * data and for as many epochs. `kdf train` shows it beside the student that had a teacher. Run in the repository, which
 * must be built: `npm run baselines -w @kdf/benchmarks`
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { comparable } from "@kdf/cli";

const folder = mkdtempSync(join(tmpdir(), "kdf-baseline-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const run = join(folder, "run");
const command = "kdf train --no-teacher --seed 0";
// npm starts this in benchmarks/, where no plugin is declared.
const output = execFileSync("npx", [...command.split(" "), "--run-dir", run, "--json"], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  encoding: "utf8",
  stdio: ["ignore", "pipe", "inherit"],
});
const { test } = JSON.parse(output);
const record = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
const baseline = {
  command,
  seed: record.configuration.seed,
  engine: record.engine.id,
  date: record.startedAt.slice(0, 10),
  machine: `${cpus()[0].model}, ${record.engine.threads} threads, Node ${process.versions.node}`,
  comparable: comparable(record),
  test: test.last,
};
writeFileSync(new URL("../plugins/presets/quickstart/results/baselines.json", import.meta.url), `${JSON.stringify([baseline], null, 2)}\n`);
