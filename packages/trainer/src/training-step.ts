/**
 * One training step, from a batch to updated weights. It knows views, terms and trained parameters by name and
 * nothing of any loss, augmentation or metric.
 */
import {
  lossNotFinite,
  pluginLeaked,
  type Json,
  type LossContext,
  type ModelOutputs,
  type Stage,
  type TensorLike,
  type Views,
} from "@kdf/core";
import type { HostBatch } from "@kdf/data";
import {
  add,
  disposeAll,
  keep,
  multiply,
  read,
  scope,
  stack,
  tensorCount,
  valueAndGradients,
  type Optimizer,
  type Parameter,
} from "@kdf/tensor";
import { disposeOutputs } from "./augmentation.js";
import { callAsyncHook, callHook, callTensorHook, demandReturned, type HookSite } from "./hook.js";
import type { PreparedRun } from "./prepared-run.js";
import { uploadBatch } from "./batch.js";
import { applyStateUpdates } from "./state-updates.js";
import { forwardViews, normGroupOf, type ViewImages } from "./view-groups.js";

/** Where in the run a step stands. */
export interface StepSite {
  readonly stage: Stage;
  readonly stageNumber: number;
  /** Within the stage, from 0. */
  readonly epoch: number;
  readonly epochs: number;
  /** Within the epoch, from 0. */
  readonly step: number;
  readonly stepsPerEpoch: number;
}

/** What a stage trains, and the tensors of the distiller's state. */
export interface StageTraining {
  readonly trained: ReadonlyMap<string, Parameter>;
  readonly trainsStudent: boolean;
  readonly optimizer: Optimizer;
  readonly state: Map<string, TensorLike>;
}

export interface StepResult {
  readonly total: number;
  readonly terms: Readonly<Record<string, number>>;
  /** What was drawn, by the name of the stream. */
  readonly plans: Readonly<Record<string, Json>>;
}

/**
 * Trains on one batch. `observe` is called with the outputs and the images of every view before the weights change, and
 * must not keep them. Throws KDF_LOSS_NOT_FINITE before a weight is touched.
 */
export async function trainStep(
  run: PreparedRun,
  training: StageTraining,
  site: StepSite,
  host: HostBatch,
  learningRate: number,
  observe: (views: Views, batch: HostBatch, images: readonly ViewImages[]) => Promise<void>,
): Promise<StepResult> {
  const { stage } = site;
  const { prepared } = run.distiller;
  const where = `stage ${stage.id}, epoch ${site.epoch + 1}, step ${site.step + 1}`;
  const hook = (name: string): HookSite => ({ plugin: `distiller ${run.distiller.id}`, hook: name, where });
  const batch = uploadBatch(host, prepared.views.some((view) => view.from === "raw"));
  const position = { stage: site.stageNumber, epoch: site.epoch, step: site.step };
  const images: ViewImages[] = [];
  const plans: Record<string, Json> = {};
  const teacherOutputs: Record<string, ModelOutputs> = {};
  let studentOutputs: Record<string, ModelOutputs> = {};
  let losses: { value: TensorLike; gradients: ReadonlyMap<string, TensorLike> } | undefined;
  let terms: Readonly<Record<string, TensorLike>> = {};

  const forwardTeacher = async (pixels: TensorLike): Promise<ModelOutputs> => {
    const { model, input } = run.teacher!;
    const teacher = { plugin: `teacher ${run.configuration.teacher}`, hook: "forward", where };
    return input.with(pixels, (adapted) => callAsyncHook(teacher, () => model.forward(adapted, { taps: prepared.taps.teacher })));
  };
  const sees = (role: "teacher" | "student", view: string): boolean =>
    prepared.views.find((extra) => extra.id === view)?.roles.includes(role) ?? true;

  try {
    // 1. The views' images, and what the teacher says of them.
    for (const id of stage.views) {
      if (id === "original") {
        images.push({ id, images: batch.images, normGroup: id });
      } else if (id === "augmented") {
        const original = run.teacher && (teacherOutputs["original"] ??= await forwardTeacher(batch.images));
        const augmented = await run.augmenters!.augment(
          batch,
          host,
          run.streams,
          position,
          {
            teacher: forwardTeacher,
            student: async (pixels, mode) => forwardStudent(run, pixels, mode === "train"),
          },
          original?.logits,
          where,
        );
        images.push({ id, images: augmented.images, normGroup: id });
        Object.assign(plans, augmented.plans);
        if (augmented.teacher !== undefined) teacherOutputs[id] = augmented.teacher;
      } else {
        const view = prepared.views.find((extra) => extra.id === id)!;
        const plan = callHook(hook(`sample of view ${id}`), () => view.sample(run.streams.at(`view:${id}`, position), host));
        plans[`view:${id}`] = plan;
        const source = view.from === "raw" ? batch.raw! : batch.images;
        const made = callTensorHook(hook(`apply of view ${id}`), () => view.apply(plan, source));
        demandReturned(
          hook(`apply of view ${id}`),
          made.shape.length === 4 && made.shape.slice(1).join() === source.shape.slice(1).join(),
          `images [${made.shape.join(",")}]`,
          `images [rows,${source.shape.slice(1).join(",")}]`,
        );
        images.push({ id, images: made, normGroup: normGroupOf(view) });
      }
      if (run.teacher !== undefined && sees("teacher", id)) {
        teacherOutputs[id] ??= await forwardTeacher(images.at(-1)!.images);
      }
    }

    // 2. The student's outputs, the terms, their weighted sum and its gradient in what this stage trains.
    const context: LossContext = {
      labels: batch.labels,
      indices: batch.indices,
      state: Object.fromEntries(training.state),
      stage: stage.id,
      epoch: site.epoch,
      step: site.step,
    };
    const viewsOf = (student: Record<string, ModelOutputs>): Views =>
      Object.fromEntries(
        stage.views.map((id) => [
          id,
          { ...(student[id] && { student: student[id] }), ...(teacherOutputs[id] && { teacher: teacherOutputs[id] }) },
        ]),
      );
    const before = tensorCount();
    losses = valueAndGradients(() => {
      const seen = images
        .filter((view) => sees("student", view.id))
        .map((view) => ({ ...view, images: run.student.input.apply(view.images) }));
      const network = { plugin: `network ${run.configuration.student}`, hook: "forward", where };
      const student = callHook(network, () =>
        forwardViews(run.student.model, seen, { training: training.trainsStudent, taps: prepared.taps.student }),
      );
      const raw = callHook(hook("losses"), () => prepared.losses(viewsOf(student), context));
      demandTerms(hook("losses"), raw, stage);
      studentOutputs = mapValues(student, (outputs) => ({
        logits: keep(outputs.logits),
        taps: mapValues(outputs.taps, keep),
      }));
      terms = mapValues(raw, keep);
      const at = { stage: stage.id, epoch: site.epoch, epochs: site.epochs };
      return weightedSum(raw, (term) => callHook(hook("weight"), () => prepared.weight(term, at)));
    }, training.trained);
    demandNothingLeft(hook("losses"), before, [losses.value, ...losses.gradients.values(), terms, studentOutputs]);

    // 3. Numbers: a loss that is not finite stops the run while the weights are still good.
    const numbers = await readScalars({ ...terms, total: losses.value });
    for (const [term, value] of Object.entries(numbers)) {
      if (!Number.isFinite(value)) {
        throw lossNotFinite({ term, value: String(value), stage: stage.id, epoch: site.epoch, step: site.step });
      }
    }
    const views = viewsOf(studentOutputs);
    await observe(views, host, images);

    // 4. State, then weights.
    const updates = prepared.update && callTensorHook(hook("update"), () => prepared.update!(views, context));
    if (updates !== undefined) applyStateUpdates(hook("update"), training.state, updates);
    training.optimizer.step(training.trained, losses.gradients, learningRate);
    const { total, ...named } = numbers;
    return { total: total!, terms: named, plans };
  } finally {
    for (const view of images) if (view.images !== batch.images) view.images.dispose();
    Object.values(teacherOutputs).forEach(disposeOutputs);
    Object.values(studentOutputs).forEach(disposeOutputs);
    disposeAll(terms as Record<string, TensorLike>);
    if (losses !== undefined) disposeAll([losses.value, ...losses.gradients.values()]);
    disposeAll(Object.values(batch) as TensorLike[]);
  }
}

function forwardStudent(run: PreparedRun, images: TensorLike, training: boolean): ModelOutputs {
  return scope(() => run.student.model.forward(run.student.input.apply(images), { training }) as never) as ModelOutputs;
}

function weightedSum(terms: Readonly<Record<string, TensorLike>>, weight: (term: string) => number): TensorLike {
  return Object.entries(terms)
    .map(([term, value]): TensorLike => multiply(value, weight(term)))
    .reduce((sum, term) => add(sum, term));
}

function demandTerms(site: HookSite, terms: Readonly<Record<string, TensorLike>>, stage: Stage): void {
  const got = Object.keys(terms).sort();
  const expected = [...stage.losses].sort();
  demandReturned(site, got.join() === expected.join(), `the terms ${got.join(", ")}`, `the stage's terms ${expected.join(", ")}`);
  for (const [name, term] of Object.entries(terms)) {
    demandReturned(site, term.shape.length === 0, `${name} of shape [${term.shape.join(",")}]`, "scalars");
  }
}

function demandNothingLeft(site: HookSite, before: number, owned: readonly unknown[]): void {
  const tensors = new Set<unknown>();
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("dataId" in value) tensors.add(value);
    else Object.values(value).forEach(collect);
  };
  owned.forEach(collect);
  const left = tensorCount() - before - tensors.size;
  if (left > 0) throw pluginLeaked({ ...site, tensors: left });
}

async function readScalars(scalars: Readonly<Record<string, TensorLike>>): Promise<Record<string, number>> {
  const names = Object.keys(scalars);
  const together = scope(() => stack(Object.values(scalars)));
  const values = await read(together);
  together.dispose();
  return Object.fromEntries(names.map((name, place) => [name, values[place]!]));
}

function mapValues<A, B>(values: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
