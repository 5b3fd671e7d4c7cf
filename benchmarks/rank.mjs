// What it costs to rank augmentations, beside what it costs to train one student with the quick start's settings.
// Both are timed on some steps, one after the other, and told for whole rankings and trainings. Options: --steps 15
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ended, inTemporaryFolder, startKdf } from "./lib/command.mjs";
import { begin, round, median, writeResult } from "./lib/result.mjs";

const { values } = parseArgs({ options: { steps: { type: "string", default: "15" } } });
const steps = Number(values.steps);
const augmenters = "identity,flip,crop-flip,cutout,autoaugment,mixup,cutmix,cutmixpick";
/** Five batches make a draw of T. stddev; kdf rank takes 20 draws unless told otherwise. */
const stepsOfRanking = 100;
const circumstances = begin();

const { code, output } = await ended(startKdf(["rank", "--augmenters", augmenters, "--steps", String(steps), "--json"], "inherit"));
if (code !== 0) throw new Error(`kdf rank ended with ${code}: ${output}`);
const ranking = JSON.parse(output);
const seconds = ranking.secondsOriginal + ranking.rows.reduce((sum, row) => sum + row.seconds, 0);

const training = await inTemporaryFolder(async (folder) => {
  const directory = join(folder, "run");
  const child = startKdf(["train", "--plugin", "cutmixpick", "--run-dir", directory, "--json"], "pipe");
  const ends = ended(child);
  // Interrupted, a training saves and ends; what is timed are steps within an epoch.
  child.stderr.on("data", (chunk) => {
    const step = /step (\d+)\//.exec(String(chunk));
    if (step !== null && Number(step[1]) >= 25) child.kill("SIGINT");
  });
  await ends;
  const record = JSON.parse(readFileSync(join(directory, "run.json"), "utf8"));
  const lines = readFileSync(join(directory, "metrics.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const { batchSize } = record.configuration;
  const perStep = lines.filter((line) => line.type === "step").map((line) => batchSize / line.imagesPerSecond);
  // The first steps make buffers and kernels.
  return { secondsPerStep: median(perStep.slice(3)), stepsTimed: perStep.length - 3, stepsOfEpoch: Math.ceil(record.split.training / batchSize) };
});

const rankingSeconds = (seconds / steps) * stepsOfRanking;
const epochSeconds = training.secondsPerStep * training.stepsOfEpoch;
writeResult("rank", circumstances, {
  command: `kdf rank --augmenters ${augmenters}`,
  augmenters: ranking.rows.length,
  ranking: { stepsTimed: steps, steps: stepsOfRanking, seconds: round(rankingSeconds), secondsPerAugmenter: round(rankingSeconds / ranking.rows.length) },
  training: { stepsTimed: training.stepsTimed, secondsPerEpoch: round(epochSeconds) },
  // Of all augmenters together: how many times a training of so many epochs costs as much.
  ratio: Object.fromEntries([1, 20, 240].map((epochs) => [`${epochs} epochs`, round((epochs * epochSeconds) / rankingSeconds, 2)])),
  epochsForTenTimes: Math.ceil((10 * rankingSeconds) / epochSeconds),
});
