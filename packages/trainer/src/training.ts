/** What a command or a program calls to train: a new run, or one that goes on. */
import { basename, join } from "node:path";
import type { Configuration, ExtensionRegistry, Json, RunRecord, TensorLike, Tracker } from "@kdf/core";
import type { Container } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import { configurationText } from "@kdf/host";
import { decodeSafetensors, loadStateDict } from "@kdf/nn";
import { createStreams } from "@kdf/tensor";
import { readFileSync } from "node:fs";
import { checkpointWeights, findCheckpoint, restoreTensors } from "./checkpoint.js";
import { ensureEngine } from "./engine.js";
import { evaluate } from "./evaluation.js";
import type { TrainingObserver } from "./observer.js";
import { stageEpochs, type PreparedRun } from "./prepared-run.js";
import { disposeRun, extrasOf, RunPreparation } from "./prepare-run.js";
import { checkNewRunDirectory, cutBackToCheckpoint, readRunRecord } from "./run-directory.js";
import { createRunDirectory, writeAtomically, type RunPlace } from "./run-files.js";
import { demandSameRun, makeRunRecord, type RunOrigin } from "./run-record.js";
import { Session } from "./session.js";
import { train, type DistillerTensors } from "./training-loop.js";

/** What a run is made of before it is prepared. */
export interface RunRequest {
  /** The process's container: holds logger and registry. */
  readonly container: Container;
  readonly configuration: Configuration;
  /** The chain of augmenters, in order. */
  readonly augmenterIds: readonly string[];
}

export interface TrainingRequest extends RunRequest {
  /** Called once everything is loaded, so that the plugins are all known. */
  origin(): RunOrigin | Promise<RunOrigin>;
  readonly observer?: TrainingObserver;
  /** Aborting saves after the step at hand and ends. */
  readonly signal?: AbortSignal;
}

export type Results = Readonly<Record<string, Json>>;

export interface TrainingOutcome {
  readonly status: "finished" | "stopped";
  readonly directory: string;
  readonly record: RunRecord;
  /** On the test split; absent when stopped. `best` was chosen on the validation split. */
  readonly test?: { readonly last: Results; readonly best?: Results & { readonly epoch: number }; readonly teacher?: Results };
}

/** Prepares a run; everything that can be refused is refused here. The caller disposes it with `disposeRun`. */
export async function openRun(request: RunRequest): Promise<PreparedRun> {
  await ensureEngine(request.container, request.configuration.engine);
  const container = request.container
    .createRun()
    .provide(tokens.configuration, request.configuration)
    .provide(tokens.streams, createStreams(request.configuration.seed));
  return container.construct(RunPreparation).prepare(request.augmenterIds);
}

/** Starts a new run. Its directory is created once everything is checked. */
export async function startTraining(request: TrainingRequest, place: RunPlace): Promise<TrainingOutcome> {
  checkNewRunDirectory(place);
  const registry = request.container.resolve(tokens.registry);
  const run = await openRun(request);
  const tensors = freshTensors(run);
  try {
    const trackers = await makeTrackers(registry, request.configuration);
    const unnamed = await makeRunRecord(run, registry, await request.origin());
    const directory = createRunDirectory(place);
    const record = { ...unnamed, name: basename(directory) };
    writeAtomically(join(directory, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
    writeAtomically(join(directory, "config.yaml"), configurationText(request.configuration));
    const session = new Session({ directory, trackers, observer: request.observer ?? {}, ...signalOf(request) });
    return await go(run, session, tensors, {}, record, trackers);
  } finally {
    await disposeRun(run, tensors.state);
  }
}

/** Goes on with the run in `directory` from its checkpoint `last`, to the weights that it would have reached. */
export async function resumeTraining(request: TrainingRequest, directory: string): Promise<TrainingOutcome> {
  const recorded = readRunRecord(directory);
  const checkpoint = findCheckpoint(directory, "last");
  const registry = request.container.resolve(tokens.registry);
  const run = await openRun(request);
  const tensors = freshTensors(run);
  try {
    const trackers = await makeTrackers(registry, request.configuration);
    demandSameRun(recorded, await makeRunRecord(run, registry, await request.origin()));
    const slots = restoreTensors(checkpoint, run, tensors.extras, tensors.state);
    if (slots.size > 0) tensors.slots = slots;
    run.augmenters?.restore(checkpoint.state.augmenters as Record<string, Json>);
    const earlierLines = cutBackToCheckpoint(directory, checkpoint.state.linesLength);
    const session = new Session({
      directory,
      trackers,
      observer: request.observer ?? {},
      checkpoint: checkpoint.state,
      earlierLines,
      ...signalOf(request),
    });
    return await go(run, session, tensors, checkpoint.state.metrics as Record<string, Json>, recorded, trackers);
  } finally {
    await disposeRun(run, tensors.state);
  }
}

async function go(
  run: PreparedRun,
  session: Session,
  tensors: DistillerTensors,
  metrics: Readonly<Record<string, Json>>,
  record: RunRecord,
  trackers: readonly Tracker[],
): Promise<TrainingOutcome> {
  const { directory, position } = session;
  const { stages } = run.distiller.prepared;
  const at = stages[position.stage];
  session.observer.runStarted?.({
    directory,
    stages: stages.map((stage) => ({ id: stage.id, epochs: stageEpochs(run, stage) })),
    stepsPerEpoch: run.loader.stepsPerEpoch,
    ...(position.globalStep > 0 && at !== undefined && { resumedAt: { stage: at.id, epoch: position.epoch, step: position.step } }),
  });
  for (const tracker of trackers) await tracker.start(record, directory);
  try {
    const status = await train(run, session, tensors, metrics);
    if (status === "stopped") return { status, directory, record };
    return { status, directory, record, test: await evaluateOnTest(run, session) };
  } finally {
    session.close();
    for (const tracker of trackers) await tracker.end();
  }
}

/** The test images are seen here and nowhere else. */
async function evaluateOnTest(run: PreparedRun, session: Session): Promise<NonNullable<TrainingOutcome["test"]>> {
  const stage = run.distiller.prepared.stages.at(-1)!.id;
  const { globalStep } = session.position;
  const epoch = stageEpochs(run, run.distiller.prepared.stages.at(-1)!) - 1;
  const measure = async (role: "teacher" | "student", checkpoint?: "last" | "best"): Promise<Results> => {
    const metrics = await evaluate(run, role, "test", session.observer);
    await session.log({ type: "evaluation", stage, epoch, globalStep, split: "test", role, ...(checkpoint && { checkpoint }), metrics });
    return metrics;
  };
  const last = await measure("student", "last");
  const teacher = run.teacher && (await measure("teacher"));
  if (session.best === null) return { last, ...(teacher && { teacher }) };
  if (session.best.globalStep !== globalStep) loadStudent(run, checkpointWeights(session.directory, "best"));
  const best = session.best.globalStep === globalStep ? last : await measure("student", "best");
  return { last, best: { ...best, epoch: session.best.epoch }, ...(teacher && { teacher }) };
}

function loadStudent(run: PreparedRun, file: string): void {
  loadStateDict(run.student.model, decodeSafetensors(readFileSync(file), file).tensors, file);
}

function freshTensors(run: PreparedRun): DistillerTensors {
  return {
    extras: extrasOf(run.distiller.prepared),
    state: new Map<string, TensorLike>(Object.entries(run.distiller.prepared.state)),
  };
}

async function makeTrackers(registry: ExtensionRegistry, configuration: Configuration): Promise<readonly Tracker[]> {
  return Promise.all(configuration.trackers.map((id) => registry.create("tracker", id)));
}

function signalOf(request: TrainingRequest): { readonly signal?: AbortSignal } {
  return request.signal === undefined ? {} : { signal: request.signal };
}
