import { isAbsolute, join, relative } from "node:path";
import type { Configuration, Json } from "@kdf/core";
import type { TrainingOutcome } from "@kdf/trainer";
import type { Baseline } from "./baseline.js";
import { commandBlock } from "./command-block.js";
import { formatCell } from "./format.js";
import { paragraph } from "./paragraph.js";
import { formatTable } from "./table.js";

type Results = Readonly<Record<string, Json>>;

export interface SummaryContext {
  /** Folder that the command was given in. */
  readonly directory: string;
  /** As `--data-dir` gave it. */
  readonly dataDirectory?: string;
  /** Ids of the augmenters that the project may use. */
  readonly augmenters: readonly string[];
  /** Whether a command without options takes the run's data, teacher, engine and batch size. */
  readonly usesDefaults: boolean;
  /** To write for. */
  readonly columns: number;
}

/** What a finished run ends with: the test results side by side, where the run is, what to try next. */
export function summarise(
  outcome: TrainingOutcome,
  configuration: Configuration,
  baseline: Baseline | undefined,
  context: SummaryContext,
): string {
  const { test, directory } = outcome;
  if (test === undefined) {
    return `Stopped and saved. Go on with:\n${commandLine("train", ["--resume", directory], context, "  ")}`;
  }
  const rows: [string, Results][] = [[`student, last epoch`, test.last]];
  if (test.best !== undefined) rows.push([`student, best on validation (epoch ${test.best.epoch + 1})`, test.best]);
  if (baseline !== undefined) rows.push([`same student without a teacher *`, baseline.test]);
  if (test.teacher !== undefined) rows.push(["teacher", test.teacher]);
  const keys = Object.keys(test.last).filter((key) => key !== "epoch" && typeof test.last[key] === "number");
  const table = formatTable(
    ["test images", ...keys],
    rows.map(([name, results]) => [name, ...keys.map((key) => formatCell(key, results[key]))]),
  );
  const footnote =
    baseline === undefined
      ? ""
      : `\n${paragraph(`measured before: ${baseline.command} (seed ${baseline.seed}, engine ${baseline.engine})`, context.columns, "* ")}\n`;
  return `\n${table}\n${footnote}\nrun:  ${directory}\n${nextStep(configuration, directory, context)}`;
}

/** The run's own config.yaml carries whatever was said of data, teacher, engine and options. */
function nextStep({ teacher, student, metrics }: Configuration, run: string, context: SummaryContext): string {
  const { augmenters, usesDefaults } = context;
  const settings = usesDefaults ? [] : ["--config", fromHere(join(run, "config.yaml"), context)];
  const line = (command: string, parameters: readonly string[]): string => commandLine(command, [...settings, ...parameters], context, "next: ");
  if (teacher === null) return line("train", ["--teacher", fromHere(run, context), "--student", student]);
  // A ranking needs something to compare, and a metric of the teacher alone.
  if (augmenters.length > 1 && metrics.includes("t-stddev")) {
    return line("rank", ["--augmenters", namesWithin(context.columns - "next:   --augmenters ".length, augmenters).join(",")]);
  }
  return line("eval", [fromHere(run, context)]);
}

/** As many names, at least two, as one word of a command may hold: it is never broken. */
function namesWithin(room: number, names: readonly string[]): readonly string[] {
  let count = names.length;
  while (count > 2 && names.slice(0, count).join(",").length > room) count -= 1;
  return names.slice(0, count);
}

function commandLine(command: string, parameters: readonly string[], { dataDirectory, columns }: SummaryContext, head: string): string {
  const data = dataDirectory === undefined ? [] : ["--data-dir", dataDirectory];
  return commandBlock(["npx", "kdf", command, ...[...parameters, ...data].map(quoted)], columns, head);
}

/** A path as the reader would type it. */
function fromHere(path: string, { directory }: SummaryContext): string {
  const way = relative(directory, path);
  return way.startsWith("..") || isAbsolute(way) ? path : way;
}

/** A word of a command line, in quotes where a shell would take it apart. */
const quoted = (word: string): string => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
