import { join, relative, resolve } from "node:path";
import { commandLineInvalid } from "@kdf/core";
import type { ValueOptions } from "../command-options.js";
import type { CommandResult } from "../command-work.js";
import { createInterrupts, type Interrupts } from "../output/interrupt.js";
import { paragraph } from "../output/paragraph.js";
import { budgetText, type Budget } from "../study/budget.js";
import type { TaskState } from "../study/do-tasks.js";
import { readDuration } from "../study/duration.js";
import { inStudyDirectory } from "../study/study-directory.js";
import { withEngine, withFoundEngine } from "../study/study-engine.js";
import { readStudyFile } from "../study/study-file.js";
import { missingText, studyText } from "../study/study-text.js";
import { creationOf, StudyWork, type WorkRequest } from "../study/work-on-study.js";
import { columnsOf, terminalLogger, type Terminal } from "../terminal.js";

export interface StudyOptions extends Pick<ValueOptions, "dataDir" | "onBadImage" | "engine"> {
  readonly runDir?: string;
  readonly jobs: string;
  readonly for?: string;
  readonly dryRun?: true;
  readonly compare?: string;
}

/** `kdf study` */
export async function studyRun(options: StudyOptions, terminal: Terminal, file: string): Promise<CommandResult> {
  const { jobs, milliseconds, compare } = readOptions(options);
  const study = withEngine(readStudyFile(resolve(terminal.directory, file)), options.engine);
  const directory = resolve(terminal.directory, options.runDir ?? join("runs", study.name));
  const dataDirectory = options.dataDir === undefined ? {} : { dataDirectory: resolve(terminal.directory, options.dataDir) };
  const datasetOptions = options.onBadImage === undefined ? {} : { datasetOptions: { onBadImage: options.onBadImage } };
  const common = { directory, project: terminal.directory, ...dataDirectory, ...datasetOptions, logger: terminalLogger(terminal) };
  // Plugins bring TensorFlow.js: what the file itself has wrong is refused before it is loaded.
  const { planStudy } = await import("../study/plan-study.js");
  const checked = await planStudy({ study, ...common });
  const found = await withFoundEngine(study, terminal);
  const plan = found === study ? checked : await planStudy({ study: found, ...common });

  const interrupts = createInterrupts((message) => common.logger.info(message));
  const limit = new AbortController();
  const timer = milliseconds === undefined ? undefined : setTimeout(() => limit.abort(), milliseconds);
  const request: WorkRequest = {
    ...{ plan, directory, project: terminal.directory, ...dataDirectory, jobs },
    signal: AbortSignal.any([interrupts.signal, limit.signal]),
    tell: (line) => void terminal.messages.write(`${paragraph(line, columnsOf(terminal.messages), "  ").trimStart()}\n`),
  };
  interrupts.listen();
  try {
    if (options.dryRun === true) return dryRun(await new StudyWork(request).budget(), interrupts);
    return await inStudyDirectory(directory, () => work(request, compare, interrupts, terminal));
  } finally {
    interrupts.stopListening();
    clearTimeout(timer);
  }
}

function readOptions({ jobs: text, for: duration, compare }: StudyOptions) {
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1) throw commandLineInvalid({ problem: `--jobs ${text} is not a positive whole number.`, command: "study" });
  if (compare !== undefined && compare !== "published") {
    throw commandLineInvalid({ problem: `--compare ${compare} is unknown: there is published.`, command: "study" });
  }
  return { jobs, milliseconds: duration === undefined ? undefined : readDuration(duration, "--for", "study"), compare } as const;
}

function dryRun(budget: Budget, interrupts: Interrupts): CommandResult {
  return { text: budgetText(budget), json: { budget: budgetJson(budget) }, exitCode: interrupts.exitCode() };
}

async function work(request: WorkRequest, compare: "published" | undefined, interrupts: Interrupts, terminal: Terminal): Promise<CommandResult> {
  const { plan, directory, tell } = request;
  const created = creationOf(directory) ?? new Date().toISOString();
  const study = new StudyWork(request);
  const budget = await study.budget();
  if (request.signal.aborted && !study.isBegun) {
    return { text: "Stopped before anything was begun.", json: { directory, tasks: plan.tasks.length, done: 0, complete: false }, exitCode: interrupts.exitCode() };
  }
  study.keepProbes();
  for (const line of budgetText(budget).split("\n")) terminal.messages.write(`${line}\n`);
  const states = await study.go();
  const record = study.report(created, compare);
  const counts = countsOf(states);
  const columns = columnsOf(terminal.output);
  const shown = relative(terminal.directory, directory);
  const isWhole = counts.done === plan.tasks.length;
  if (counts.stopped > 0) tell("The same command goes on with what was interrupted.");
  const text = [
    studyText(record, plan.study.measurement.metrics, columns),
    missingText(record, columns),
    paragraph(`${isWhole ? "The study is complete" : "What there is of it"}: ${shown}/report.html, ${shown}/study.json`, columns),
  ];
  return {
    text: text.filter((part) => part !== "").join("\n\n"),
    json: { directory, ...counts, tasks: plan.tasks.length, complete: isWhole, budget: budgetJson(budget) },
    exitCode: interrupts.exitCode() || (counts.failed > 0 ? 1 : 0),
  };
}

function countsOf(states: ReadonlyMap<string, TaskState>): Record<TaskState, number> {
  const counts = { done: 0, failed: 0, stopped: 0, missing: 0 };
  for (const state of states.values()) counts[state] += 1;
  return counts;
}

function budgetJson({ seconds: _, ...budget }: Budget): object {
  return budget;
}

