import { Option, type Command } from "commander";
import type { HostRequest } from "@kdf/host";
import { terminalLogger, type Terminal } from "./terminal.js";

/** What every command takes that loads plugins; commander's reading of it. */
export interface PluginOptions {
  readonly preset?: string | false;
  readonly plugin: readonly string[];
  readonly config?: string;
  readonly set: readonly string[];
}

/** What a command may take beside. */
export interface ValueOptions {
  readonly dataset?: string;
  readonly dataDir?: string;
  readonly onBadImage?: string;
  readonly teacher?: string | false;
  readonly teacherEngine?: string;
  readonly student?: string;
  readonly distiller?: string;
  readonly engine?: string;
  readonly epochs?: unknown;
  readonly epochsScale?: unknown;
  readonly batchSize?: unknown;
  readonly seed?: unknown;
}

/** All of it, as a training takes it. */
export interface SharedOptions extends PluginOptions, ValueOptions {
  readonly recipe?: string;
  readonly runDir?: string;
}

/** Gathers the values of an option that may be given several times. */
export const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value];

/** Numbers become numbers; what is none stays text, so that the configuration's check names the key. */
export const readNumber = (text: string): unknown => (text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text));

const neutralUse = "load a plugin, for example one in a folder (repeatable)";

const loading = (command: Command, use = neutralUse): Command =>
  command
    .option("--plugin <name>", use, collect, [])
    .option("--config <file>", "YAML or JSON file of settings")
    .option("--preset <name>", "the preset that gives the defaults, where several are declared")
    .option("--no-preset", "take no preset's defaults");

const dataFiles = (command: Command): Command =>
  command
    .option("--data-dir <folder>", "where the data set's files are")
    .addOption(new Option("--on-bad-image <what>", "damaged images: leave them out and count them, or refuse (default)").choices(["skip", "fail"]));

/** Options that several commands take, each said once. */
const groups = {
  plugins: loading,
  data: (command: Command) => dataFiles(command.option("--dataset <id>", "data set")),
  dataFiles,
  teacher: (command: Command) => command.option("--teacher <which>", "teacher plugin, run directory or file of a model"),
  teacherEngine: (command: Command) =>
    command.option("--teacher-engine <id>", "runtime for the teacher beside the engine, for example onnx"),
  engine: (command: Command) => command.option("--engine <id>", "what computes; auto takes the fastest that starts, and tells"),
  epochs: (command: Command) => command.option("--epochs <number>", "passes over the training images", readNumber),
  batchSize: (command: Command) => command.option("--batch-size <number>", "images per step", readNumber),
  seed: (command: Command) => command.option("--seed <number>", "makes a run repeatable", readNumber),
  settings: (command: Command) =>
    command.option("--set <path=value>", "any setting, for example optimizer.learningRate=0.1 (repeatable)", collect, []),
} as const;

/** Adds those that a command uses: a command takes no option that it would ignore. */
export function addOptions(command: Command, names: readonly (keyof typeof groups)[]): Command {
  return names.reduce((extended, name) => groups[name](extended), command);
}

/** What says who learns from whom, and how. */
export function addLearningOptions(command: Command): Command {
  loading(command, "load a plugin; augmenters are chained in the order given (repeatable)");
  return addOptions(command, ["data", "teacher", "teacherEngine"])
    .option("--no-teacher", "train the student alone")
    .option("--student <id>", "network to train")
    .option("--distiller <id>", "how the student learns from the teacher; several joined by +, such as crd+kd");
}

/** All of them, and those of a training alone. */
export function addSharedOptions(command: Command): Command {
  addLearningOptions(command)
    .option("--recipe <name>", "published settings of a training, for example cifar100-crd; other options go over it")
    .option("--epochs-scale <factor>", "stretch epochs and milestones of preset, recipe and file", readNumber);
  return addOptions(command, ["engine", "epochs", "batchSize", "seed", "settings"]).option("--run-dir <folder>", "where the run is written");
}

/** What the host needs to know of the shared options. */
export function hostRequest(options: PluginOptions & ValueOptions & Pick<SharedOptions, "recipe">, terminal: Terminal): HostRequest {
  const { preset, config, dataDir, onBadImage, teacher, teacherEngine, dataset, student, distiller, engine, epochs, batchSize, seed, recipe, epochsScale } = options;
  return {
    directory: terminal.directory,
    logger: terminalLogger(terminal),
    plugins: options.plugin,
    set: options.set,
    values: { recipe, dataset, teacherEngine, student, distiller, engine, epochs, batchSize, seed, teacher: teacher === false ? null : teacher },
    // `--no-preset` gives false, and commander gives true where neither form was used.
    ...(preset === false ? { preset: null } : typeof preset === "string" ? { preset } : {}),
    ...(config !== undefined && { file: config }),
    ...(epochsScale !== undefined && { epochsScale }),
    ...(onBadImage !== undefined && { datasetOptions: { onBadImage } }),
    ...(dataDir !== undefined && { dataDirectory: dataDir }),
  };
}
