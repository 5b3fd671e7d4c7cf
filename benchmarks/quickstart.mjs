// The quick start on two cores: `kdf train --plugin cutmixpick` on the wasm engine. Options: --epochs 1
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ended, inTemporaryFolder, startKdf } from "./lib/command.mjs";
import { begin, round, spread, writeResult } from "./lib/result.mjs";

const { values } = parseArgs({ options: { epochs: { type: "string" } } });
const parameters = ["train", "--plugin", "cutmixpick", ...(values.epochs === undefined ? [] : ["--epochs", values.epochs])];
const circumstances = begin();

const measured = await inTemporaryFolder(async (folder) => {
  const directory = join(folder, "run");
  const started = performance.now();
  const { code, output } = await ended(startKdf([...parameters, "--run-dir", directory, "--json"], "inherit"));
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`kdf train ended with ${code}: ${output}`);

  const record = JSON.parse(readFileSync(join(directory, "run.json"), "utf8"));
  const lines = readFileSync(join(directory, "metrics.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const steps = lines.filter((line) => line.type === "step");
  const { epochs, batchSize } = record.configuration;
  const trainingSeconds = steps.reduce((sum, step) => sum + batchSize / step.imagesPerSecond, 0);
  return {
    engine: record.engine,
    epochs,
    batchSize,
    steps: steps.length,
    // An image of the loader counts once, however many views and teacher passes it costs.
    imagesPerSecond: spread(steps.map((step) => step.imagesPerSecond)),
    seconds: { whole: round(seconds), steps: round(trainingSeconds), bar: { steps: 90 }, holds: trainingSeconds < 90 },
    test: JSON.parse(output).test,
  };
});
writeResult("quickstart", circumstances, { command: `kdf ${parameters.join(" ")}`, ...measured });
