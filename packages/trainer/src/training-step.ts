/**
 * One training step, from prepared views to updated weights. It knows views, terms and trained parameters by name and
 * nothing of any loss, augmentation or metric.
 */
import {
  lossNotFinite,
  pluginLeaked,
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
import { callHook, callTensorHook, demandReturned, type HookSite } from "./hook.js";
import type { PreparedRun } from "./prepared-run.js";
import { disposeStep, sees, whereOf, type PreparedStep } from "./prepared-step.js";
import { applyStateUpdates } from "./state-updates.js";
import { forwardViews, type ViewImages } from "./view-groups.js";

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
}

/**
 * Trains on one prepared step, and disposes it. `observe` is called with the outputs and the images of every view before
 * the weights change, and must not keep them. Throws KDF_LOSS_NOT_FINITE before a weight is touched.
 */
export async function trainStep(
  run: PreparedRun,
  training: StageTraining,
  step: PreparedStep,
  learningRate: number,
  observe: (views: Views, batch: HostBatch, images: readonly ViewImages[]) => Promise<void>,
): Promise<StepResult> {
  const { site, host, batch, images, teacher } = step;
  const { stage } = site;
  const { prepared } = run.distiller;
  const where = whereOf(site);
  const hook = (name: string): HookSite => ({ plugin: `distiller ${run.distiller.id}`, hook: name, where });
  let studentOutputs: Record<string, ModelOutputs> = {};
  let losses: { value: TensorLike; gradients: ReadonlyMap<string, TensorLike> } | undefined;
  let terms: Readonly<Record<string, TensorLike>> = {};

  try {
    // 1. The student's outputs, the terms, their weighted sum and its gradient in what this stage trains.
    const context: LossContext = {
      labels: batch.labels,
      indices: batch.indices,
      rows: { labels: host.labels, indices: host.indices },
      state: Object.fromEntries(training.state),
      stage: stage.id,
      epoch: site.epoch,
      step: site.step,
      position: { stage: site.stageNumber, epoch: site.epoch, step: site.step },
    };
    const viewsOf = (student: Record<string, ModelOutputs>): Views =>
      Object.fromEntries(
        stage.views.map((id) => [
          id,
          { ...(student[id] && { student: student[id] }), ...(teacher[id] && { teacher: teacher[id] }) },
        ]),
      );
    const before = tensorCount();
    losses = valueAndGradients(() => {
      const seen = images
        .filter((view) => sees(run, stage, "student", view.id))
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

    // 2. Numbers: a loss that is not finite stops the run while the weights are still good.
    const numbers = await readScalars({ ...terms, total: losses.value });
    for (const [term, value] of Object.entries(numbers)) {
      if (!Number.isFinite(value)) {
        throw lossNotFinite({ term, value: String(value), stage: stage.id, epoch: site.epoch, step: site.step });
      }
    }
    const views = viewsOf(studentOutputs);
    await observe(views, host, images);

    // 3. State, then weights.
    const updates = prepared.update && callTensorHook(hook("update"), () => prepared.update!(views, context));
    if (updates !== undefined) await applyStateUpdates(hook("update"), training.state, prepared.hostState ?? {}, updates);
    training.optimizer.step(training.trained, losses.gradients, learningRate);
    const { total, ...named } = numbers;
    return { total: total!, terms: named };
  } finally {
    Object.values(studentOutputs).forEach(disposeOutputs);
    disposeAll(terms as Record<string, TensorLike>);
    if (losses !== undefined) disposeAll([losses.value, ...losses.gradients.values()]);
    disposeStep(step);
  }
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
