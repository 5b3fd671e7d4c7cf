/** What a command or a program calls to train: a new run, or one that goes on. */
import { basename, join } from "node:path";
import { isKdfError, KdfError, runBusy, type Configuration, type Json, type RunRecord, type TensorLike, type TrackedEnd, type TrackedRun } from "@kdf/core";
import type { Container } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import { withLock } from "@kdf/data";
import { configurationText } from "@kdf/host";
import { decodeSafetensors, loadStateDict } from "@kdf/nn";
import { createStreams } from "@kdf/tensor";
import { readFileSync } from "node:fs";
import { checkpointWeights, findCheckpoint, restoreTensors } from "./checkpoint.js";
import { ensureEngine } from "./engine.js";
import { evaluate } from "./evaluation.js";
import type { TrainingObserver } from "./observer.js";
import { stageEpochs, type PreparedRun } from "./prepared-run.js";
import { extrasOf } from "./check-fit.js";
import { disposeRun, RunPreparation } from "./prepare-run.js";
import { checkNewRunDirectory, cutBackToCheckpoint, readRunRecord } from "./run-directory.js";
import { createRunDirectory, writeAtomically, type RunPlace } from "./run-files.js";
import { demandSameRun, makeRunRecord, type RunOrigin } from "./run-record.js";
import { Session } from "./session.js";
import { Trackers } from "./trackers.js";
import { monitored, train, type DistillerTensors } from "./training-loop.js";

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
  readonly test?: { readonly last: Results; readonly best?: Results & { readonly stage: string; readonly epoch: number; readonly globalStep: number }; readonly teacher?: Results };
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
  return withRun(request, async (run, tensors, trackers) => {
    const unnamed = await makeRunRecord(run, request.container.resolve(tokens.registry), await request.origin());
    const directory = createRunDirectory(place);
    const record = { ...unnamed, name: basename(directory) };
    return alone(directory, async () => {
      writeAtomically(join(directory, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
      writeAtomically(join(directory, "config.yaml"), configurationText(request.configuration));
      const session = new Session({ directory, trackers, observer: request.observer ?? {}, ...signalOf(request) });
      return go(run, session, tensors, {}, { record, earlier: [] }, trackers);
    });
  });
}

/** Goes on with the run in `directory` from its checkpoint `last`, to the weights that it would have reached. */
export async function resumeTraining(request: TrainingRequest, directory: string): Promise<TrainingOutcome> {
  const recorded = readRunRecord(directory);
  return alone(directory, async () => {
    const checkpoint = findCheckpoint(directory, "last");
    return withRun(request, async (run, tensors, trackers) => {
      demandSameRun(recorded, await makeRunRecord(run, request.container.resolve(tokens.registry), await request.origin()));
      const slots = restoreTensors(checkpoint, run, tensors.extras, tensors.state);
      if (slots.size > 0) tensors.slots = slots;
      run.augmenters?.restore(checkpoint.state.augmenters as Record<string, Json>);
      const earlier = cutBackToCheckpoint(directory, checkpoint.state.linesLength);
      const session = new Session({
        directory,
        trackers,
        observer: request.observer ?? {},
        checkpoint: checkpoint.state,
        earlierLines: earlier,
        ...signalOf(request),
      });
      return go(run, session, tensors, checkpoint.state.metrics as Record<string, Json>, { record: recorded, earlier }, trackers);
    });
  });
}

/** A run directory belongs to one process at a time. */
function alone<T>(directory: string, work: () => Promise<T>): Promise<T> {
  return withLock(join(directory, "run.lock"), work, { whenHeld: () => runBusy({ directory }) });
}

/** Prepares a run for `work` and disposes it after. */
async function withRun<T>(
  request: TrainingRequest,
  work: (run: PreparedRun, tensors: DistillerTensors, trackers: Trackers) => Promise<T>,
): Promise<T> {
  const { container, configuration } = request;
  const run = await openRun(request);
  const tensors = freshTensors(run);
  try {
    const logger = container.resolve(tokens.logger);
    return await work(run, tensors, await Trackers.create(configuration.trackers, container.resolve(tokens.registry), logger));
  } finally {
    await disposeRun(run, tensors.state);
  }
}

async function go(
  run: PreparedRun,
  session: Session,
  tensors: DistillerTensors,
  metrics: Readonly<Record<string, Json>>,
  tracked: Pick<TrackedRun, "record" | "earlier">,
  trackers: Trackers,
): Promise<TrainingOutcome> {
  const { directory, position } = session;
  const { record } = tracked;
  const { stages } = run.distiller.prepared;
  const at = stages[position.stage];
  session.observer.runStarted?.({
    directory,
    stages: stages.map((stage) => ({ id: stage.id, epochs: stageEpochs(run, stage) })),
    stepsPerEpoch: run.loader.stepsPerEpoch,
    ...(position.globalStep > 0 && at !== undefined && { resumedAt: { stage: at.id, epoch: position.epoch, step: position.step } }),
  });
  let end: TrackedEnd = "failed";
  try {
    await trackers.start({ ...tracked, directory, monitor: await monitored(run) });
    const status = await train(run, session, tensors, metrics);
    const test = status === "finished" ? await evaluateOnTest(run, session) : undefined;
    end = test === undefined ? "stopped" : "finished";
    return test === undefined ? { status: "stopped", directory, record } : { status: "finished", directory, record, test };
  } catch (error) {
    throw whileRunning(error);
  } finally {
    session.close();
    await trackers.end(end);
  }
}

/** The test images are seen here and nowhere else. Undefined when a stop was asked for before the end. */
async function evaluateOnTest(run: PreparedRun, session: Session): Promise<TrainingOutcome["test"]> {
  const stage = run.distiller.prepared.stages.at(-1)!;
  const end = { stage: stage.id, epoch: stageEpochs(run, stage) - 1, globalStep: session.position.globalStep };
  const measure = async (role: "teacher" | "student", at: typeof end, checkpoint?: "last" | "best"): Promise<Results | undefined> => {
    const metrics = await evaluate(run, role, "test", session);
    if (metrics === undefined) return undefined;
    await session.log({ type: "evaluation", ...at, split: "test", role, ...(checkpoint && { checkpoint }), metrics });
    return metrics;
  };
  const last = await measure("student", end, "last");
  const teacher = run.teacher && (await measure("teacher", end));
  if (last === undefined || (run.teacher !== undefined && teacher === undefined)) return undefined;
  const results = { last, ...(teacher && { teacher }) };
  if (session.best === null) return results;
  const { value: _, ...at } = session.best;
  if (at.globalStep === end.globalStep) return { ...results, best: { ...last, ...at } };
  loadStudent(run, checkpointWeights(session.directory, "best"));
  const best = await measure("student", at, "best");
  return best && { ...results, best: { ...best, ...at } };
}

/** Once a run has begun, nothing is a mere refusal any more: what was asked for is half done. */
function whileRunning(error: unknown): unknown {
  if (!isKdfError(error) || error.kind === "run") return error;
  return new KdfError(error.code, "run", error.explanation, { cause: error });
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

function signalOf(request: TrainingRequest): { readonly signal?: AbortSignal } {
  return request.signal === undefined ? {} : { signal: request.signal };
}
