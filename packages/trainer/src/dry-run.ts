/** Tries a run without writing anything: a few steps, their time, and what the whole would take. */
import type { Stage } from "@kdf/core";
import { createOptimizer, learningRate, tensorBytes, tensorCount } from "@kdf/tensor";
import { extrasOf } from "./check-fit.js";
import { disposeRun } from "./prepare-run.js";
import { stageEpochs, type PreparedRun } from "./prepared-run.js";
import { trainedParameters } from "./trained-parameters.js";
import { preparedSteps } from "./steps.js";
import { trainStep } from "./training-step.js";

export interface DryRun {
  readonly stages: readonly {
    readonly id: string;
    readonly epochs: number;
    readonly steps: number;
    readonly views: readonly string[];
    readonly trainedParameters: number;
    readonly millisecondsPerStep: number;
  }[];
  readonly images: { readonly training: number; readonly validation: number };
  readonly parameters: { readonly student: number };
  readonly terms: Readonly<Record<string, number>>;
  /** Steps alone, without evaluation. */
  readonly estimatedSeconds: number;
  readonly tensors: number;
  readonly tensorBytes: number;
}

/** Takes `steps` steps of every stage (the first warms up and is not timed), then disposes the run. */
export async function dryRun(run: PreparedRun, steps = 4): Promise<DryRun> {
  const extras = extrasOf(run.distiller.prepared);
  const state = new Map(Object.entries(run.distiller.prepared.state));
  const stages: DryRun["stages"][number][] = [];
  let terms: Readonly<Record<string, number>> = {};
  try {
    for (const [stageNumber, stage] of run.distiller.prepared.stages.entries()) {
      const epochs = stageEpochs(run, stage);
      const trained = trainedParameters(run, extras, stage);
      const timed = await timeSteps(run, stage, stageNumber, steps, { ...trained, state });
      terms = { ...terms, ...timed.terms };
      stages.push({
        id: stage.id,
        epochs,
        steps: epochs * run.loader.stepsPerEpoch,
        views: stage.views,
        trainedParameters: [...trained.trained.values()].reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0),
        millisecondsPerStep: timed.milliseconds,
      });
    }
    return {
      stages,
      images: { training: run.splits.training.length, validation: run.splits.validation.length },
      parameters: { student: countParameters(run) },
      terms,
      estimatedSeconds: stages.reduce((sum, stage) => sum + (stage.steps * stage.millisecondsPerStep) / 1000, 0),
      tensors: tensorCount(),
      tensorBytes: tensorBytes(),
    };
  } finally {
    await disposeRun(run, state);
  }
}

async function timeSteps(
  run: PreparedRun,
  stage: Stage,
  stageNumber: number,
  steps: number,
  training: Omit<Parameters<typeof trainStep>[1], "optimizer">,
): Promise<{ readonly milliseconds: number; readonly terms: Readonly<Record<string, number>> }> {
  const settings = { ...run.configuration.optimizer, ...stage.optimizer };
  const optimizer = createOptimizer(settings);
  const stepsPerEpoch = run.loader.stepsPerEpoch;
  const epochs = stageEpochs(run, stage);
  const times: number[] = [];
  let terms: Readonly<Record<string, number>> = {};
  try {
    let started = performance.now();
    for await (const step of preparedSteps(run, { stage, stageNumber, epoch: 0, epochs, step: 0, stepsPerEpoch })) {
      const rate = learningRate(stage.schedule ?? run.configuration.schedule, settings.learningRate, step.site);
      ({ terms } = await trainStep(run, { ...training, optimizer }, step, rate, async () => {}));
      times.push(performance.now() - started);
      if (times.length === steps) break;
      started = performance.now();
    }
  } finally {
    optimizer.dispose();
  }
  const timed = times.length > 1 ? times.slice(1) : times;
  return { milliseconds: timed.reduce((sum, time) => sum + time, 0) / timed.length, terms };
}

function countParameters(run: PreparedRun): number {
  const parameters = [...run.student.model.parameters().values()].filter((parameter) => parameter.trainable);
  return parameters.reduce((sum, parameter) => sum + sizeOf(parameter.value.shape), 0);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
