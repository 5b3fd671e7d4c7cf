/**
 * The training: stages, their epochs, their steps. Read it with steps.ts, prepared-step.ts and training-step.ts; neither knows a loss, an
 * augmentation or a metric by name.
 */
import type { Json, ParameterLike, Stage, TensorLike, Views } from "@kdf/core";
import type { HostBatch } from "@kdf/data";
import { createOptimizer, learningRate } from "@kdf/tensor";
import { writeCheckpoint, type CheckpointName } from "./checkpoint.js";
import { evaluate } from "./evaluation.js";
import { observeStep, restoreMetrics, resultsOf, saveMetrics } from "./metric-feed.js";
import { stageEpochs, type NamedMetric, type PreparedRun } from "./prepared-run.js";
import type { Position, Session } from "./session.js";
import { preparedSteps } from "./steps.js";
import { trainedParameters } from "./trained-parameters.js";
import { trainStep, type StageTraining } from "./training-step.js";
import type { ViewImages } from "./view-groups.js";

/** What a run holds beside the student's weights. */
export interface DistillerTensors {
  /** The distiller's trainable extras, by `<extra>.<parameter>`. */
  readonly extras: ReadonlyMap<string, ParameterLike>;
  readonly state: Map<string, TensorLike>;
  /** The optimizer's slots of a checkpoint: the stage that goes on takes them over. */
  slots?: ReadonlyMap<string, TensorLike>;
}

/** Trains from the session's position to the end, or until a stop is asked for; both leave a checkpoint `last`. */
export async function train(
  run: PreparedRun,
  session: Session,
  tensors: DistillerTensors,
  restored: Readonly<Record<string, Json>>,
): Promise<"finished" | "stopped"> {
  const { position } = session;
  const { stages } = run.distiller.prepared;
  const stepsPerEpoch = run.loader.stepsPerEpoch;
  let metrics = restoreMetrics(await trainingMetrics(run), restored);

  while (position.stage < stages.length) {
    const stage = stages[position.stage]!;
    const epochs = stageEpochs(run, stage);
    const settings = { ...run.configuration.optimizer, ...stage.optimizer };
    const schedule = stage.schedule ?? run.configuration.schedule;
    const optimizer = createOptimizer(settings);
    if (tensors.slots !== undefined) optimizer.restore(tensors.slots);
    delete tensors.slots;
    const training: StageTraining = { ...trainedParameters(run, tensors.extras, stage), optimizer, state: tensors.state };
    const save = (name: CheckpointName, slots: ReadonlyMap<string, TensorLike> = optimizer.slots()): Promise<void> =>
      saveCheckpoint(name, run, session, { ...tensors, slots }, metrics);

    try {
      for (let stageGoesOn = true; stageGoesOn; ) {
        const { stage: stageNumber, epoch } = position;
        let started = performance.now();
        for await (const step of preparedSteps(run, { stage, stageNumber, epoch, epochs, step: position.step, stepsPerEpoch })) {
          const { site, host, plans } = step;
          const rate = learningRate(schedule, settings.learningRate, site);
          const feed = async (views: Views, seen: HostBatch, images: readonly ViewImages[]): Promise<void> => {
            if (training.trainsStudent) await observeStep(metrics, views, seen, site);
            await session.show(images, { stage: stage.id, epoch, globalStep: position.globalStep + 1 }, seen);
          };
          const { total, terms } = await trainStep(run, training, step, rate, feed);
          position.step += 1;
          position.globalStep += 1;

          const milliseconds = performance.now() - started;
          const imagesPerSecond = Math.round((host.size / milliseconds) * 1e4) / 10;
          session.accumulate({ total, ...terms }, host.size);
          const line = { stage: stage.id, epoch, globalStep: position.globalStep, learningRate: rate, total, terms, imagesPerSecond };
          await session.log({ type: "step", ...line, ...(run.configuration.recordPlans && { plans }) });
          session.observer.stepDone?.({ ...line, epochs, step: position.step, stepsPerEpoch, images: host.size, milliseconds });

          // Engines compute on this thread: signals and timers get their turn here.
          await new Promise(setImmediate);
          const everySteps = run.configuration.checkpointEverySteps;
          if (session.stopRequested || (everySteps > 0 && position.globalStep % everySteps === 0)) await save("last");
          if (session.stopRequested) return "stopped";
          started = performance.now();
        }
        const better = await endEpoch(run, session, stage, training.trainsStudent, metrics);
        if (better === undefined) {
          // Its steps are done; its evaluation is done again when the run goes on.
          await save("last");
          return "stopped";
        }
        metrics = await nextEpochMetrics(run, metrics);
        stageGoesOn = advance(position, epochs);
        // The best first: should the process die in between, the epoch is trained again and yields the same best.
        const slots = stageGoesOn ? optimizer.slots() : new Map<string, never>();
        if (better) await save("best", slots);
        await save("last", slots);
        if (session.stopRequested) return "stopped";
      }
    } finally {
      optimizer.dispose();
    }
  }
  return "finished";
}

/** Moves to the next epoch, or to the next stage; says whether the stage goes on. */
function advance(position: Position, epochs: number): boolean {
  position.step = 0;
  position.epoch += 1;
  if (position.epoch < epochs) return true;
  position.epoch = 0;
  position.stage += 1;
  return false;
}

/**
 * Evaluates on the validation split and logs the epoch's results; true when the student is the best so far, undefined
 * when a stop was asked for during the evaluation: then nothing was logged.
 */
async function endEpoch(
  run: PreparedRun,
  session: Session,
  stage: Stage,
  trainsStudent: boolean,
  metrics: readonly NamedMetric[],
): Promise<boolean | undefined> {
  const evaluates = trainsStudent && run.splits.validation.length > 0;
  const results = evaluates ? await evaluate(run, "student", "validation", session) : {};
  if (results === undefined) return undefined;
  const at = { stage: stage.id, epoch: session.position.epoch, globalStep: session.position.globalStep };
  const measured = { ...session.takeEpochMeans(), ...resultsOf(metrics) };
  await session.log({ type: "training", ...at, metrics: measured });
  if (!evaluates) {
    session.observer.epochDone?.({ ...at, epochs: stageEpochs(run, stage), training: measured });
    return false;
  }
  await session.log({ type: "evaluation", ...at, split: "validation", role: "student", metrics: results });
  const { key, better } = await monitored(run);
  const value = results[key];
  const best = session.best;
  const isBetter = typeof value === "number" && (best === null || (better === "higher" ? value > best.value : value < best.value));
  if (isBetter) session.best = { value, ...at };
  session.observer.epochDone?.({ ...at, epochs: stageEpochs(run, stage), training: measured, validation: results, isBest: isBetter });
  return isBetter;
}

/** By what the best checkpoint is chosen. */
export async function monitored(run: PreparedRun): Promise<NamedMetric["metric"]["primary"]> {
  return (await run.makeMetrics()).find((named) => named.id === run.configuration.monitor)!.metric.primary;
}

async function trainingMetrics(run: PreparedRun): Promise<readonly NamedMetric[]> {
  return (await run.makeMetrics()).filter(({ metric }) => metric.phases.includes("training"));
}

/** Metrics of an epoch start anew; metrics of the run go on. */
async function nextEpochMetrics(run: PreparedRun, metrics: readonly NamedMetric[]): Promise<readonly NamedMetric[]> {
  const fresh = await trainingMetrics(run);
  return metrics.map((named, place) => (named.metric.span === "run" ? named : fresh[place]!));
}

async function saveCheckpoint(
  name: CheckpointName,
  run: PreparedRun,
  session: Session,
  tensors: Required<DistillerTensors>,
  metrics: readonly NamedMetric[],
): Promise<void> {
  await writeCheckpoint(session.directory, name, run, tensors, {
    ...session.position,
    best: session.best,
    metrics: saveMetrics(metrics),
    augmenters: run.augmenters?.save() ?? {},
    epochSums: Object.fromEntries(session.epochSums),
    linesLength: session.flushLines(),
  });
  session.observer.checkpointWritten?.({ name, directory: session.directory });
}
