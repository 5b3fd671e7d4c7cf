/** Ranks augmentations by metrics of the teacher, and of a frozen student where they read one, before any training. */
import {
  metricUnsuitable,
  type Batch,
  type Configuration,
  type ExtensionRegistry,
  type Json,
  type MetricDraws,
  type ModelOutputs,
  type ObservedOutputs,
  type StepObservation,
  type TeacherModel,
  type TensorLike,
} from "@kdf/core";
import { tokens } from "@kdf/core/tokens";
import type { HostBatch } from "@kdf/data";
import { Loader, splitTraining } from "@kdf/data";
import { createStreams, disposeAll } from "@kdf/tensor";
import { disposeOutputs, type Augmented, type AugmenterChain } from "./augmentation.js";
import { uploadBatch } from "./batch.js";
import { ensureEngine } from "./engine.js";
import { callHook } from "./hook.js";
import { feed, readOutputs, resultsOf } from "./metric-feed.js";
import { openFittingTeacher } from "./open-teacher.js";
import { chainOf, openPickingStudent } from "./picking-chain.js";
import type { NamedMetric, Placed } from "./prepared-run.js";
import { RoleInput } from "./role-input.js";
import type { RunRequest } from "./training.js";

export interface RankRequest extends Pick<RunRequest, "container"> {
  /** A teacher is what ranks. */
  readonly configuration: Pick<Configuration, "dataset" | "teacherEngine" | "metrics" | "engine" | "batchSize" | "seed" | "validation" | "workers"> & {
    readonly teacher: string;
  };
  /** Entries as `--augmenters` takes them: see `parseAugmenterEntry`. */
  readonly augmenters: readonly string[];
  /** Batches observed for each augmenter. */
  readonly steps: number;
  /** Weights file or run directory of a student, for augmenters that pick by it and metrics that read it. Frozen, in evaluation mode. */
  readonly studentWeights?: string;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface RankedAugmenter {
  readonly augmenter: string;
  readonly results: Readonly<Record<string, Json>>;
  /** Those of `results` that say how it was measured. */
  readonly settings: Readonly<Record<string, Json>>;
  /** Of the metrics whose primary value is a statistic of draws, by its key. */
  readonly draws: Readonly<Record<string, MetricDraws>>;
  /** Time of this augmenter's own part: the original views are forwarded once for all. */
  readonly seconds: number;
}

export interface Ranking {
  /** The key of `results` by which the rows are sorted, best first. */
  readonly by: { readonly key: string; readonly better: "lower" | "higher" };
  readonly rows: readonly RankedAugmenter[];
  readonly steps: number;
  readonly batchSize: number;
  readonly secondsOriginal: number;
}

interface Candidate {
  readonly label: string;
  readonly chain: AugmenterChain;
  readonly metrics: readonly NamedMetric[];
  seconds: number;
}

/** Observes `steps` batches; the views `original` are forwarded once for all augmenters. */
export async function rank(request: RankRequest): Promise<Ranking> {
  const { container, configuration } = request;
  await ensureEngine(container, configuration.engine);
  const registry = container.resolve(tokens.registry);
  const streams = createStreams(configuration.seed);
  const dataset = await registry.create("dataset", configuration.dataset);
  await dataset.check();
  const { description } = dataset;
  const candidates = await Promise.all(request.augmenters.map((entry) => makeCandidate(entry, registry, configuration.metrics)));
  const teacherModel = await openFittingTeacher(configuration, registry, description, (warning) => container.resolve(tokens.logger).warn(warning));
  const teacher: Placed<TeacherModel> = { model: teacherModel, input: new RoleInput(description, teacherModel.description) };
  const reading = candidates[0]!.metrics.filter(({ metric }) => metric.reads.includes("student")).map(({ id }) => id);
  const student = await openPickingStudent(request.studentWeights, candidates, registry, description, reading);
  const observed = reading.length > 0 ? student : undefined;
  const splits = splitTraining(await dataset.open("training"), configuration.validation);
  const loader = new Loader({
    source: splits.training,
    description,
    batchSize: configuration.batchSize,
    streams,
    workers: configuration.workers,
  });
  let secondsOriginal = 0;

  const valuesOf = async ({ images, teacher: known }: Pick<Augmented, "images" | "teacher">): Promise<StepObservation["views"][string]> => ({
    teacher: known === undefined ? await outputsOf(teacher, images) : await readOutputs(known),
    ...(observed && { student: await outputsOf(observed, images) }),
  });

  const observe = async (host: HostBatch, batch: Batch, epoch: number, step: number): Promise<void> => {
    let started = performance.now();
    const original = await forward(teacher, batch.images);
    const originalValues = { teacher: await readOutputs(original), ...(observed && { student: await outputsOf(observed, batch.images) }) };
    secondsOriginal += (performance.now() - started) / 1000;
    for (const candidate of candidates) {
      started = performance.now();
      const augmented = await candidate.chain.augment(
        batch,
        host,
        streams,
        { epoch, step },
        {
          teacher: (images) => forward(teacher, images),
          ...(student && { student: (images: TensorLike) => forward(student, images) }),
        },
        original.logits,
        `ranking, step ${step + 1}`,
      );
      const values = augmented.unchanged ? originalValues : await valuesOf(augmented);
      disposeOutputs(augmented.teacher);
      if (augmented.images !== batch.images) augmented.images.dispose();
      feed(candidate.metrics, {
        views: { original: originalValues, augmented: values },
        labels: host.labels,
        indices: host.indices,
        epoch,
        step,
      });
      candidate.seconds += (performance.now() - started) / 1000;
    }
    disposeOutputs(original);
  };

  try {
    let done = 0;
    for (let epoch = 0; done < request.steps; epoch += 1) {
      for await (const host of loader.epoch(epoch, 0)) {
        const batch = uploadBatch(host, false);
        await observe(host, batch, epoch, done % loader.stepsPerEpoch);
        disposeAll(Object.values(batch) as TensorLike[]);
        done += 1;
        request.onProgress?.(done, request.steps);
        await new Promise(setImmediate);
        if (done === request.steps) break;
      }
    }
    const by = candidates[0]!.metrics[0]!.metric.primary;
    const rows = candidates.map(({ label, metrics, seconds }) => ({ augmenter: label, ...outcomeOf(metrics), seconds }));
    return { by, rows: sorted(rows, by), steps: done, batchSize: configuration.batchSize, secondsOriginal };
  } finally {
    await loader.dispose();
    await dataset.dispose?.();
    teacher.model.dispose();
    teacher.input.dispose();
    student?.model.dispose();
    student?.input.dispose();
    candidates.forEach(({ chain }) => chain.dispose());
  }
}

async function forward({ model, input }: Placed<TeacherModel>, images: TensorLike): Promise<ModelOutputs> {
  return input.with(images, (adapted) => model.forward(adapted, { taps: [] }));
}

/** What a metric reads of a model's outputs. */
async function outputsOf(placed: Placed<TeacherModel>, images: TensorLike): Promise<ObservedOutputs> {
  const outputs = await forward(placed, images);
  const values = await readOutputs(outputs);
  disposeOutputs(outputs);
  return values;
}

async function makeCandidate(entry: string, registry: ExtensionRegistry, metricIds: readonly string[]): Promise<Candidate> {
  const chain = await chainOf(entry, registry, "rank");
  const all = await Promise.all(metricIds.map(async (id) => ({ id, metric: await registry.create("metric", id) })));
  const metrics = all.filter(({ metric }) => metric.phases.includes("ranking"));
  if (metrics.length === 0) {
    throw metricUnsuitable({ metric: metricIds.join(", ") || "none", use: "rank before a training", metrics: metricIds });
  }
  return { label: entry, chain, metrics, seconds: 0 };
}

function outcomeOf(metrics: readonly NamedMetric[]): Pick<RankedAugmenter, "results" | "settings" | "draws"> {
  const results = resultsOf(metrics);
  const settings = new Set(metrics.flatMap(({ metric }) => metric.settings ?? []));
  return {
    results,
    settings: Object.fromEntries(Object.entries(results).filter(([key]) => settings.has(key))),
    draws: Object.fromEntries(metrics.flatMap(({ id, metric }) => (metric.draws === undefined ? [] : [[metric.primary.key, callHook({ plugin: `metric ${id}`, hook: "draws", where: "end of a ranking" }, () => metric.draws!())]]))),
  };
}

function sorted(rows: readonly RankedAugmenter[], by: Ranking["by"]): RankedAugmenter[] {
  const value = (row: RankedAugmenter): number => {
    const result = row.results[by.key];
    return typeof result === "number" ? result : by.better === "lower" ? Infinity : -Infinity;
  };
  return [...rows].sort((a, b) => (by.better === "lower" ? value(a) - value(b) : value(b) - value(a)));
}

