// How long a person waits before kdf answers, in new processes whose files the system has in its cache.
// Options: --only help | first-step, --runs 10
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ended, inTemporaryFolder, startKdf } from "./lib/command.mjs";
import { begin, repository, spread, writeResult } from "./lib/result.mjs";

const { values } = parseArgs({ options: { only: { type: "string" }, runs: { type: "string", default: "10" } } });
const runs = Number(values.runs);

/** What a process that does nothing takes: the part that is not kdf's, and a measure of how busy the machine is. */
async function nothing() {
  const started = performance.now();
  await ended(spawn(process.execPath, ["--eval", "0"], { stdio: ["ignore", "pipe", "ignore"] }));
  return performance.now() - started;
}

async function help() {
  const started = performance.now();
  const { code, output } = await ended(startKdf(["--help"]));
  if (code !== 0 || !output.includes("train")) throw new Error(`kdf --help ended with ${code}`);
  return performance.now() - started;
}

/** From the start of the process until the first step's line is in the run's metrics; the run is then interrupted. */
async function firstStep() {
  return inTemporaryFolder(async (folder) => {
    const directory = join(folder, "run");
    const file = join(directory, "metrics.jsonl");
    const started = performance.now();
    const child = startKdf(["train", "--plugin", "cutmixpick", "--run-dir", directory]);
    const end = ended(child);
    while (!(existsSync(file) && readFileSync(file, "utf8").includes("\n"))) {
      if (child.exitCode !== null) throw new Error(`kdf train ended with ${child.exitCode} before its first step`);
      await pause(2);
    }
    const milliseconds = performance.now() - started;
    child.kill("SIGINT");
    await end;
    return milliseconds;
  });
}

/** In turn with a process that does nothing, so that a slow moment of a shared machine meets both. */
async function repeat(measure, times) {
  await measure(); // Fills the system's file cache.
  const [milliseconds, emptyProcess] = [[], []];
  for (let run = 0; run < times; run += 1) {
    milliseconds.push(await measure());
    emptyProcess.push(await nothing());
  }
  return { ...spread(milliseconds, 0), emptyProcess: spread(emptyProcess, 0) };
}

const file = join(repository, "benchmarks/results/startup.json");
const measures = {
  help: { command: "kdf --help", bar: 300, run: () => repeat(help, runs) },
  "first-step": { command: "kdf train --plugin cutmixpick, to the end of its first step", run: () => repeat(firstStep, Math.min(runs, 5)) },
};
// One measured alone leaves the other as it was, with its own circumstances.
const milliseconds = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).milliseconds : {};
for (const [name, { command, bar, run }] of Object.entries(measures)) {
  if (values.only !== undefined && values.only !== name) continue;
  const circumstances = begin();
  const measured = await run();
  milliseconds[name] = { command, ...(bar && { bar, holds: measured.median < bar }), ...measured, ...circumstances };
}
writeResult("startup", {}, { unit: "milliseconds", milliseconds });
