import { basename, extname, resolve } from "node:path";
import { rankCsv, rankHtml, rankSvg, type RankFigures } from "@kdf/analysis";
import { commandLineInvalid, configurationInvalid } from "@kdf/core";
import { rank } from "@kdf/trainer";
import type { CommandResult } from "../command-work.js";
import { formatDuration } from "../output/format.js";
import { outputFile, writeNew } from "../output/output-file.js";
import { paragraph } from "../output/paragraph.js";
import { neededConfiguration } from "../needed-configuration.js";
import { hostRequest, type PluginOptions, type ValueOptions } from "../command-options.js";
import { composeWithEngine } from "./choose-engine.js";
import { columnsOf, type Terminal } from "../terminal.js";
import { compareRanking, rankFigures } from "./rank-comparison.js";
import { rankingText } from "./rank-text.js";

export interface RankOptions
  extends PluginOptions,
    Pick<ValueOptions, "dataset" | "dataDir" | "onBadImage" | "teacherEngine" | "engine" | "batchSize" | "seed"> {
  readonly teacher?: string;
  readonly augmenters: string;
  readonly steps: string;
  readonly studentWeights?: string;
  readonly out: readonly string[];
}

/** What a file's ending asks for. */
const formats = { ".html": rankHtml, ".svg": rankSvg, ".csv": rankCsv } as const;
const endings = Object.keys(formats) as [keyof typeof formats, ...(keyof typeof formats)[]];

const rankedBy = ["dataset", "teacher", "teacherEngine", "metrics", "engine", "batchSize", "seed", "validation", "workers"] as const;

/** `kdf rank` */
export async function rankAugmenters(options: RankOptions, terminal: Terminal): Promise<CommandResult> {
  const steps = Number(options.steps);
  if (!Number.isInteger(steps) || steps < 1) {
    throw commandLineInvalid({ problem: `--steps ${options.steps} is not a positive whole number.`, command: "rank" });
  }
  const { directory } = terminal;
  const twice = options.out.find((asked, place) => options.out.some((other, before) => before < place && resolve(directory, other) === resolve(directory, asked)));
  if (twice !== undefined) throw commandLineInvalid({ problem: `--out ${twice} is given twice.`, command: "rank" });
  const files = options.out.map((asked) => outputFile(asked, { directory, stem: "rank", endings }));
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
    ...(options.studentWeights !== undefined && { studentWeights: resolve(directory, options.studentWeights) }),
    onProgress: (done, total) => showProgress(terminal, done, total, (performance.now() - started) / 1000),
  });
  const compared = compareRanking(ranking, configuration.seed);
  const { dataset, teacherEngine, engine, batchSize, seed } = configuration;
  const facts = Object.entries({ "data set": dataset, teacher, "teacher engine": teacherEngine, engine, "batch size": batchSize, steps, seed })
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name, String(value)] as const);
  const figures = rankFigures(compared, facts, commandOf(options));
  for (const file of files) writeNew(file, content(file, figures));
  const written = files.length === 0 ? [] : [paragraph(`Written: ${files.map((file) => basename(file)).join(", ")}.`, columnsOf(terminal.output))];
  return { text: [rankingText(compared, columnsOf(terminal.output)), ...written].join("\n"), json: { ...compared, ...(files.length > 0 && { files }) } };
}

const content = (file: string, figures: RankFigures): string => formats[extname(file).toLowerCase() as keyof typeof formats](figures);

/** What a person types to get the same ranking. */
function commandOf(options: RankOptions): string {
  const { preset, config, dataset, dataDir, onBadImage, teacher, teacherEngine, engine, batchSize, seed, studentWeights, augmenters, steps } = options;
  const given = {
    ...{ augmenters, steps, "student-weights": studentWeights, config, dataset, "data-dir": dataDir, "on-bad-image": onBadImage, teacher, "teacher-engine": teacherEngine },
    ...{ engine, "batch-size": batchSize, seed, preset: typeof preset === "string" ? preset : undefined },
  };
  const words = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, quoted(String(value))]));
  const repeated = (name: string, values: readonly string[]): string[] => values.flatMap((value) => [`--${name}`, quoted(value)]);
  return ["npx kdf rank", ...words, ...(preset === false ? ["--no-preset"] : []), ...repeated("plugin", options.plugin), ...repeated("set", options.set)].join(" ");
}

/** A word of a POSIX shell. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

function showProgress({ messages }: Terminal, done: number, total: number, seconds: number): void {
  const text = `batch ${done}/${total}  ETA ${formatDuration((seconds / done) * (total - done))}`;
  if (messages.isTTY === true) messages.write(`\r${text}\u001B[K${done === total ? "\r\u001B[K" : ""}`);
  else if (done === total || done % Math.ceil(total / 5) === 0) messages.write(`${text}\n`);
}
