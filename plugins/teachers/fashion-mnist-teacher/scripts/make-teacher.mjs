/**
 * Makes weights/resnet14.safetensors and weights/resnet14.json again: `node scripts/make-teacher.mjs [run directory]`.
 * Needs the full Fashion-MNIST (the Debian package dataset-fashion-mnist, or --data-dir in `command` below) and about
 * forty minutes on one processor. With the directory of a finished run it only takes over that run's weights.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const command =
  "kdf train --no-teacher --student resnet14 --epochs 7 --batch-size 128 --set fashion-mnist.subset=false " +
  "--set optimizer.learningRate=0.1 --set optimizer.nesterov=true --set schedule.warmupEpochs=0.5";
// The plugins that the command needs are declared by the repository.
const repository = fileURLToPath(new URL("../../../..", import.meta.url));
const run = process.argv[2] === undefined ? join(repository, "runs/fashion-mnist-teacher") : resolve(process.argv[2]);
if (process.argv[2] === undefined) {
  const [, ...parameters] = command.split(" ");
  const { status } = spawnSync("npx", ["kdf", ...parameters, "--run-dir", run], { cwd: repository, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const weights = fileURLToPath(new URL("../weights", import.meta.url));
const record = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const test = lines.find((line) => line.type === "evaluation" && line.split === "test" && line.checkpoint === "last");
const state = JSON.parse(readFileSync(join(run, "checkpoints", "last", "state.json"), "utf8"));
copyFileSync(join(run, "checkpoints", "last", state.files.student), join(weights, "resnet14.safetensors"));
const { engine, configuration, split, dataset, platform, versions, startedAt } = record;
const made = {
  command,
  seed: configuration.seed,
  engine,
  versions,
  platform,
  startedAt,
  dataset,
  split,
  validation: configuration.validation,
  checkpoint: "last",
  test: test.metrics,
};
writeFileSync(join(weights, "resnet14.json"), `${JSON.stringify(made, null, 2)}\n`);
