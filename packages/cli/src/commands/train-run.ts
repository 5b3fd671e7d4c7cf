import { join, resolve } from "node:path";
import { commandLineInvalid, isKdfError, type Configuration, type Logger } from "@kdf/core";
import { augmenterChain, composeHost, demandUsedSettings, packageVersions, parseDistillerEntry, pluginRecord, type Host } from "@kdf/host";
import type * as Trainer from "@kdf/trainer";
import type { CommandResult } from "../command-work.js";
import { findBaseline } from "../output/baseline.js";
import { dryRunText } from "../output/dry-run-text.js";
import { createInterrupts, type Interrupts } from "../output/interrupt.js";
import { writeWhole } from "../output/output-file.js";
import { ProgressReporter, type ProgressTarget } from "../output/progress-bar.js";
import { summarise, type SummaryContext } from "../output/summary.js";
import { hostRequest, type SharedOptions } from "../command-options.js";
import { composeWithEngine } from "./choose-engine.js";
import { columnsOf, terminalLogger, type Terminal } from "../terminal.js";

export interface TrainOptions extends SharedOptions {
  readonly resume?: string;
  readonly dryRun?: true;
}

/** `kdf train` */
export async function trainRun(options: TrainOptions, terminal: Terminal): Promise<CommandResult> {
  const logger = terminalLogger(terminal);
  if (options.resume !== undefined) demandNothingElse(options);
  const resumed = options.resume === undefined ? undefined : resolve(terminal.directory, options.resume);
  // The trainer brings TensorFlow.js: what the host refuses is refused before it is loaded.
  const load = (): Promise<typeof Trainer> => import("@kdf/trainer");
  const host = await (resumed === undefined
    ? composeWithEngine(hostRequest(options, terminal), terminal)
    : composeRecorded((await load()).readRunRecord(resumed).configuration, options, terminal, logger));
  const configuration = host.configuration.complete();
  const augmenterIds = augmenterChain(host.configuration.plugins, host.index);
  const request = { container: host.container, configuration, augmenterIds };
  const place = placeOf(options, terminal, runName(configuration, augmenterIds));
  const trainer = await load();
  if (options.dryRun === true) return tryOut(trainer, request, place, host, columnsOf(terminal.output));

  const interrupts = createInterrupts((message) => logger.info(message));
  const training: Trainer.TrainingRequest = {
    ...request,
    observer: new InterruptibleProgress(terminal.messages, interrupts),
    signal: interrupts.signal,
    origin: async () => {
      demandUsedSettings(host);
      return {
        command: ["kdf", ...process.argv.slice(2)],
        plugins: (await host.registry.loaded()).map(pluginRecord),
        versions: packageVersions(),
      };
    },
  };
  try {
    const outcome = await (resumed === undefined ? trainer.startTraining(training, place) : trainer.resumeTraining(training, resumed));
    await writeReport(trainer, outcome, logger);
    const baseline = findBaseline(baselineFile(host), outcome.record);
    const { status, directory, test } = outcome;
    return {
      text: summarise(outcome, configuration, baseline, summaryContext(options, terminal, host)),
      json: { status, directory, ...(test && { test }), ...(baseline && { withoutTeacher: baseline }) },
      exitCode: status === "stopped" ? interrupts.exitCode() : 0,
    };
  } finally {
    interrupts.stopListening();
  }
}

/** The run's report.html, of what is recorded so far. A run that is done stands, whether or not its report can be written. */
async function writeReport(trainer: typeof Trainer, { directory, record }: Trainer.TrainingOutcome, logger: Logger): Promise<void> {
  const { runReport } = await import("@kdf/analysis");
  try {
    writeWhole(join(directory, "report.html"), runReport(record, trainer.readMetricsLines(directory)), { replace: true });
  } catch (error) {
    if (!isKdfError(error)) throw error;
    logger.warn(`the run has no report: ${error.message}`);
  }
}

/** Checks the run and takes a few of its steps. */
async function tryOut(trainer: typeof Trainer, request: Trainer.RunRequest, place: Trainer.RunPlace, host: Host, columns: number): Promise<CommandResult> {
  trainer.checkNewRunDirectory(place);
  const run = await trainer.openRun(request);
  try {
    demandUsedSettings(host);
  } catch (error) {
    await trainer.disposeRun(run, new Map(Object.entries(run.distiller.prepared.state)));
    throw error;
  }
  const plan = await trainer.dryRun(run);
  return { text: dryRunText(plan, columns), json: { dryRun: plan } };
}

/** From here on there is a run, whose work a signal must not throw away. */
class InterruptibleProgress extends ProgressReporter {
  readonly #interrupts: Interrupts;

  constructor(target: ProgressTarget, interrupts: Interrupts) {
    super(target);
    this.#interrupts = interrupts;
  }

  override runStarted(info: Trainer.RunStarted): void {
    this.#interrupts.listen();
    super.runStarted(info);
  }
}

/** A command that the summary proposes needs the run's settings where these are not the defaults. */
function summaryContext(options: TrainOptions, { directory, output }: Terminal, { index, configuration }: Host): SummaryContext {
  const { config, preset, recipe, epochsScale, dataset, dataDir, teacher, student, distiller, engine, batchSize, resume, set } = options;
  const given = [config, recipe, epochsScale, dataset, dataDir, teacher || undefined, student, distiller, engine, batchSize, resume];
  const usesDefaults =
    given.every((value) => value === undefined) &&
    typeof preset !== "string" &&
    preset !== false &&
    set.length === 0 &&
    configuration.plugins.every((name) => index.resolve(name).because !== "local");
  const usable = index.plugins.filter((plugin) => plugin.refusal === undefined);
  const provided = usable.flatMap((plugin) => plugin.manifest?.provides ?? []).filter((text) => text.startsWith("augmenter:"));
  return {
    directory,
    usesDefaults,
    columns: columnsOf(output),
    ...(dataDir !== undefined && { dataDirectory: dataDir }),
    augmenters: [...new Set(provided.map((text) => text.slice("augmenter:".length)))],
  };
}

/** A run goes on as it was begun: a setting beside --resume would be ignored, so it is refused. */
function demandNothingElse(options: TrainOptions): void {
  const { resume } = options;
  const compatible = new Set(["resume", "dataDir", "json"]);
  const given = Object.entries(options)
    .filter(([name, value]) => !compatible.has(name) && !(Array.isArray(value) && value.length === 0))
    .map(([name]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  if (given.length === 0) return;
  throw commandLineInvalid({
    problem: `--resume ${resume} goes on with the run's own settings, so ${given.join(", ")} cannot be given with it.`,
    command: "train",
  });
}

/** The host of a run that goes on: its own configuration, nothing of the command line. */
async function composeRecorded(recorded: Configuration, options: TrainOptions, terminal: Terminal, logger: Logger): Promise<Host> {
  const { plugins, preset, ...values } = recorded;
  return composeHost({
    directory: terminal.directory,
    logger,
    preset: preset ?? null,
    plugins,
    values,
    ...(options.dataDir !== undefined && { dataDirectory: options.dataDir }),
  });
}

function placeOf({ runDir }: TrainOptions, { directory }: Terminal, stem: string): Trainer.RunPlace {
  return runDir === undefined ? { parent: join(directory, "runs"), stem } : resolve(directory, runDir);
}

function runName({ dataset, student, teacher, distiller }: Configuration, augmenterIds: readonly string[]): string {
  const parts = parseDistillerEntry(distiller).map(({ id }) => id);
  const method = teacher === null ? "alone" : [parts.join("+"), ...augmenterIds].join("-");
  return `${dataset}-${student}-${method}`;
}

function baselineFile(host: Host): string | undefined {
  const { preset } = host.configuration;
  const file = preset?.manifest.baselines;
  return preset === undefined || file === undefined ? undefined : join(preset.directory, file);
}
