import { resolve } from "node:path";
import { commandLineInvalid, configurationInvalid } from "@kdf/core";
import { rank, type Ranking } from "@kdf/trainer";
import type { CommandResult } from "../command-work.js";
import { formatCell, formatDuration } from "../output/format.js";
import { paragraph } from "../output/paragraph.js";
import { formatTable } from "../output/table.js";
import { neededConfiguration } from "../needed-configuration.js";
import { hostRequest, type PluginOptions, type ValueOptions } from "../command-options.js";
import { composeWithEngine } from "./choose-engine.js";
import { columnsOf, type Terminal } from "../terminal.js";

export interface RankOptions
  extends PluginOptions,
    Pick<ValueOptions, "dataset" | "dataDir" | "teacherEngine" | "engine" | "batchSize" | "seed"> {
  readonly teacher?: string;
  readonly augmenters: string;
  readonly steps: string;
  readonly studentWeights?: string;
}

const rankedBy = ["dataset", "teacher", "teacherEngine", "metrics", "engine", "batchSize", "seed", "validation", "workers"] as const;

/** `kdf rank` */
export async function rankAugmenters(options: RankOptions, terminal: Terminal): Promise<CommandResult> {
  const steps = Number(options.steps);
  if (!Number.isInteger(steps) || steps < 1) {
    throw commandLineInvalid({ problem: `--steps ${options.steps} is not a positive whole number.`, command: "rank" });
  }
  const host = await composeWithEngine(hostRequest(options, terminal), terminal);
  const { teacher, ...configuration } = neededConfiguration(host.configuration, rankedBy);
  if (teacher === null) {
    const problems = [{ path: "teacher", message: "null, but augmentations are ranked by what a teacher says: name one with --teacher" }];
    throw configurationInvalid({ source: "configuration file or --set", problems, known: rankedBy });
  }
  const started = performance.now();
  const ranking = await rank({
    container: host.container,
    configuration: { ...configuration, teacher },
    augmenters: options.augmenters.split(",").map((entry) => entry.trim()),
    steps,
    ...(options.studentWeights !== undefined && { studentWeights: resolve(terminal.directory, options.studentWeights) }),
    onProgress: (done, total) => showProgress(terminal, done, total, (performance.now() - started) / 1000),
  });
  return { text: rankingText(ranking, terminal), json: ranking };
}

function showProgress({ messages }: Terminal, done: number, total: number, seconds: number): void {
  const text = `batch ${done}/${total}  ETA ${formatDuration((seconds / done) * (total - done))}`;
  if (messages.isTTY === true) messages.write(`\r${text}\u001B[K${done === total ? "\r\u001B[K" : ""}`);
  else if (done === total || done % Math.ceil(total / 5) === 0) messages.write(`${text}\n`);
}

function rankingText({ rows, by, steps, batchSize, secondsOriginal }: Ranking, { output }: Terminal): string {
  const others = Object.keys(rows[0]?.results ?? {}).filter((key) => key !== by.key);
  const cell = ({ results }: Ranking["rows"][number], key: string): string => formatCell(key, results[key]);
  // What is the same for all is said once, below: the table stays narrow.
  const [first] = rows;
  const common = rows.length < 2 ? [] : others.filter((key) => rows.every((row) => cell(row, key) === cell(first!, key)));
  const shown = [by.key, ...others.filter((key) => !common.includes(key))];
  const table = formatTable(
    ["augmenter", ...shown, "seconds"],
    rows.map((row) => [row.augmenter, ...shown.map((key) => cell(row, key)), row.seconds.toFixed(1)]),
  );
  const missing = rows.some(({ results }) => typeof results[by.key] !== "number");
  const notes = [
    `Best first: ${by.better} ${by.key} is better.${missing ? ` Where it is missing, ${steps} steps are too few for it: --steps takes more.` : ""}`,
    `${steps} batches of ${batchSize} images for each${common.length === 0 ? "" : `; for all ${common.map((key) => `${key} ${cell(first!, key)}`).join(", ")}`}. The original views took ${secondsOriginal.toFixed(1)} s once for all.`,
    `Values of another seed, number of steps, batch size or data set are not comparable with these. A difference may be chance: see whether it stays with --seed 1, 2, 3.`,
  ];
  return [table, "", ...notes.map((note) => paragraph(note, columnsOf(output)))].join("\n");
}
