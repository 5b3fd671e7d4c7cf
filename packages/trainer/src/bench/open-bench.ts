/** The configured training step, taken again and again without a run directory, on the clock. */
import type { EngineReport, Stage, TensorLike } from "@kdf/core";
import { createOptimizer, learningRate, profileOperations, type OperationTime } from "@kdf/tensor";
import { extrasOf } from "../check-fit.js";
import { observeStep } from "../metric-feed.js";
import { disposeRun } from "../prepare-run.js";
import { stageEpochs, type NamedMetric, type PreparedRun } from "../prepared-run.js";
import type { PreparedStep } from "../prepared-step.js";
import { preparedSteps } from "../steps.js";
import { trainedParameters } from "../trained-parameters.js";
import { trainStep, type StageTraining } from "../training-step.js";
import { openRun, type RunRequest } from "../training.js";
import { peerWork, type PeerWork } from "./peer-work.js";
import { stepParts, Stopwatch, type PartTimes, type StepPart } from "./stopwatch.js";
import { timedOptimizer, timedRun, type RowCount } from "./timed-run.js";

/** Timed steps, all of one batch size. Times are means in milliseconds a step. */
export interface StepTimes {
  readonly steps: number;
  readonly milliseconds: number;
  /** Of each step. */
  readonly each: readonly number[];
  /** They add up to `milliseconds`. */
  readonly parts: PartTimes;
  readonly images: number;
  readonly imagesPerSecond: number;
  /** Images that the teacher's passes of a step see. */
  readonly teacherRows: number;
  /** What is neither model nor optimizer: data, augmentation, metrics and the rest, as a share of the whole. */
  readonly ownShare: number;
}

/** One step's operations of the engine, where they can be timed. */
export interface StepOperations {
  /** The whole step while they were timed. */
  readonly milliseconds: number;
  readonly operations: readonly OperationTime[];
}

/** What is measured. */
export interface BenchSubject {
  readonly dataset: string;
  readonly teacher: { readonly network: string; readonly runtime: string } | null;
  readonly student: string;
  readonly distiller: string;
  readonly augmenters: readonly string[];
  readonly metrics: readonly string[];
  readonly stage: string;
  readonly views: readonly string[];
  readonly batchSize: number;
  readonly engine: EngineReport;
  /** Whether the engine computes while this thread goes on: the parts then say where this thread waits. */
  readonly computesBeside: boolean;
}

export interface Bench {
  readonly subject: BenchSubject;
  /** `steps` timed steps after `warmUp` that are not. `done` is told after each timed one. */
  measure(steps: number, warmUp: number, done?: (steps: number) => void): Promise<StepTimes>;
  /** The operations of one further step; undefined where the engine computes beside this thread. */
  operations(): Promise<StepOperations | undefined>;
  /** What another library needs to take the same step. */
  peerWork(): Promise<PeerWork>;
  dispose(): Promise<void>;
}

/** Parts that are neither model nor optimizer. */
const ownParts: readonly StepPart[] = ["data", "augmentation", "metrics", "rest"];

/** Opens what the configuration says, and refuses what a training refuses. The first stage that trains the student is measured. */
export async function openBench(request: RunRequest): Promise<Bench> {
  const watch = new Stopwatch();
  const rows: RowCount = { teacher: 0 };
  const run = timedRun(await openRun(request), watch, rows);
  const state = new Map<string, TensorLike>(Object.entries(run.distiller.prepared.state));
  try {
    const extras = extrasOf(run.distiller.prepared);
    const stages = run.distiller.prepared.stages.map((stage, stageNumber) => ({ stage, stageNumber, ...trainedParameters(run, extras, stage) }));
    const measured = stages.find(({ trainsStudent }) => trainsStudent) ?? stages[0]!;
    const metrics = (await run.makeMetrics()).filter(({ metric }) => metric.phases.includes("training"));
    return benchOf({ request, run, watch, rows, metrics, ...measured, state });
  } catch (error) {
    await disposeRun(run, state);
    throw error;
  }
}

interface Parts extends Omit<StageTraining, "optimizer"> {
  readonly request: RunRequest;
  readonly run: PreparedRun;
  readonly watch: Stopwatch;
  readonly rows: RowCount;
  readonly metrics: readonly NamedMetric[];
  readonly stage: Stage;
  readonly stageNumber: number;
}

function benchOf({ request, run, watch, rows, metrics, stage, stageNumber, trained, trainsStudent, state }: Parts): Bench {
  const { configuration, engine } = run;
  const settings = { ...configuration.optimizer, ...stage.optimizer };
  const optimizer = timedOptimizer(createOptimizer(settings), watch);
  const epochs = stageEpochs(run, stage);
  const { stepsPerEpoch } = run.loader;
  const steps = everyStep();
  const isBeside = engine.tier === "gpu";

  /** The steps of one epoch after the other, without end. */
  async function* everyStep(): AsyncGenerator<PreparedStep, never, undefined> {
    for (let epoch = 0; ; epoch += 1) yield* preparedSteps(run, { stage, stageNumber, epoch: epoch % epochs, epochs, step: 0, stepsPerEpoch });
  }

  /** Takes one step; returns its images. */
  const takeStep = async (): Promise<number> => {
    watch.phase("rest");
    const { value: step } = await steps.next();
    const images = step.host.size;
    const rate = learningRate(stage.schedule ?? configuration.schedule, settings.learningRate, step.site);
    watch.phase("gradients");
    await trainStep(run, { trained, trainsStudent, optimizer, state }, step, rate, async (views, host) => {
      watch.phase("metrics");
      await observeStep(metrics, views, host, step.site);
      watch.phase("rest");
    });
    watch.phase("rest");
    // As the training loop: signals and timers get their turn here.
    await new Promise(setImmediate);
    return images;
  };

  const fullBatch = Math.min(configuration.batchSize, run.splits.training.length);

  return {
    subject: {
      dataset: run.dataset.description.id,
      teacher: run.teacher === undefined ? null : { network: run.teacher.model.description.network, runtime: configuration.teacherEngine ?? engine.id },
      student: run.student.model.description.network,
      distiller: run.distiller.id,
      augmenters: run.augmenters?.ids ?? [],
      metrics: metrics.map(({ id }) => id),
      stage: stage.id,
      views: stage.views,
      batchSize: fullBatch,
      engine,
      computesBeside: isBeside,
    },
    async measure(count, warmUp, done) {
      for (let step = 0; step < warmUp; step += 1) await takeStep();
      const each: number[] = [];
      const sums = Object.fromEntries(stepParts.map((part) => [part, 0])) as Record<StepPart, number>;
      let teacherRows = 0;
      while (each.length < count) {
        watch.take();
        rows.teacher = 0;
        const images = await takeStep();
        const parts = watch.take();
        // The last batch of an epoch may be smaller: its step is another.
        if (images < fullBatch) continue;
        each.push(Object.values(parts).reduce((sum, time) => sum + time, 0));
        for (const part of stepParts) sums[part] += parts[part] / count;
        teacherRows += rows.teacher / count;
        done?.(each.length);
      }
      const milliseconds = each.reduce((sum, time) => sum + time, 0) / count;
      const own = ownParts.reduce((sum, part) => sum + sums[part], 0);
      return { steps: count, milliseconds, each, parts: sums, images: fullBatch, imagesPerSecond: (fullBatch * 1000) / milliseconds, ownShare: own / milliseconds, teacherRows };
    },
    async operations() {
      if (isBeside) return undefined;
      const began = performance.now();
      const operations = await profileOperations(async () => void (await takeStep()));
      return { milliseconds: performance.now() - began, operations };
    },
    peerWork: () => peerWork(request, run, settings),
    async dispose() {
      await steps.return(undefined as never);
      optimizer.dispose();
      await disposeRun(run, state);
    },
  };
}
