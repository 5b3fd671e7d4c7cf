import type { Command } from "commander";
import type { HostRequest } from "@kdf/host";
import { terminalLogger, type Terminal } from "./terminal.js";

/** What every command takes that loads plugins; commander's reading of them. */
export interface SharedOptions {
  readonly preset?: string | false;
  readonly plugin: readonly string[];
  readonly config?: string;
  readonly dataset?: string;
  readonly dataDir?: string;
  readonly teacher?: string | false;
  readonly student?: string;
  readonly distiller?: string;
  readonly engine?: string;
  readonly epochs?: unknown;
  readonly batchSize?: unknown;
  readonly seed?: unknown;
  readonly set: readonly string[];
  readonly runDir?: string;
}

const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value];

/** Numbers become numbers; what is none stays text, so that the configuration's check names the key. */
const readNumber = (text: string): unknown => (text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text));

export function addSharedOptions(command: Command): Command {
  return command
    .option("--plugin <name>", "load a plugin; augmenters are chained in the order given (repeatable)", collect, [])
    .option("--config <file>", "YAML or JSON file of settings")
    .option("--preset <name>", "the preset that gives the defaults, where several are declared")
    .option("--no-preset", "take no preset's defaults")
    .option("--dataset <id>", "data set")
    .option("--data-dir <folder>", "where the data set's files are")
    .option("--teacher <which>", "teacher plugin, run directory or weights file")
    .option("--no-teacher", "train the student alone")
    .option("--student <id>", "network to train")
    .option("--distiller <id>", "how the student learns from the teacher")
    .option("--engine <id>", "what computes")
    .option("--epochs <number>", "passes over the training images", readNumber)
    .option("--batch-size <number>", "images per step", readNumber)
    .option("--seed <number>", "makes a run repeatable", readNumber)
    .option("--set <path=value>", "any setting, for example optimizer.learningRate=0.1 (repeatable)", collect, [])
    .option("--run-dir <folder>", "where the run is written");
}

/** What the host needs to know of the shared options. */
export function hostRequest(options: SharedOptions, terminal: Terminal): HostRequest {
  const { preset, config, dataDir, teacher, dataset, student, distiller, engine, epochs, batchSize, seed } = options;
  return {
    directory: terminal.directory,
    logger: terminalLogger(terminal),
    plugins: options.plugin,
    set: options.set,
    values: { dataset, student, distiller, engine, epochs, batchSize, seed, teacher: teacher === false ? null : teacher },
    // `--no-preset` gives false, and commander gives true where neither form was used.
    ...(preset === false ? { preset: null } : typeof preset === "string" ? { preset } : {}),
    ...(config !== undefined && { file: config }),
    ...(dataDir !== undefined && { dataDirectory: dataDir }),
  };
}
