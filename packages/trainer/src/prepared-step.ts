/**
 * The part of a training step that needs no student: the views' images, and what the teacher says of them. Where an
 * augmenter picks by the student, that pass belongs here too, and the step can be prepared no earlier.
 */
import type { Batch, Json, ModelOutputs, Role, Stage, TensorLike } from "@kdf/core";
import type { HostBatch } from "@kdf/data";
import { disposeAll, scope } from "@kdf/tensor";
import { cloneOutputs, disposeOutputs } from "./augmentation.js";
import { uploadBatch } from "./batch.js";
import { callAsyncHook, callHook, callTensorHook, demandReturned, type HookSite } from "./hook.js";
import type { PreparedRun } from "./prepared-run.js";
import { normGroupOf, type ViewImages } from "./view-groups.js";

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

/** Owns its tensors until `disposeStep`. */
export interface PreparedStep {
  readonly site: StepSite;
  readonly host: HostBatch;
  readonly batch: Batch;
  /** In the order of the stage's views. */
  readonly images: readonly ViewImages[];
  /** By view. */
  readonly teacher: Readonly<Record<string, ModelOutputs>>;
  /** What was drawn, by the name of the stream. */
  readonly plans: Readonly<Record<string, Json>>;
}

export const whereOf = ({ stage, epoch, step }: StepSite): string => `stage ${stage.id}, epoch ${epoch + 1}, step ${step + 1}`;

/** Whether the stage shows `role` the view. */
export function sees(run: PreparedRun, stage: Stage, role: Role, view: string): boolean {
  const extra = run.distiller.prepared.views.find(({ id }) => id === view);
  return [stage.roles, extra?.roles].every((roles) => roles?.includes(role) ?? true);
}

/**
 * How many further steps may be prepared while one is under way: as many as the teacher computes beside this thread, and
 * none where what is prepared depends on the step before, through the student or through an augmenter's state.
 */
export function stepsAhead({ teacher, augmenters }: PreparedRun, stage: Stage): number {
  const depends = stage.views.includes("augmented") && augmenters?.dependsOnSteps === true;
  return depends ? 0 : (teacher?.model.ahead ?? 0);
}

/** All passes of a teacher that computes beside this thread are asked for at once. A failure leaves no tensor. */
export async function prepareStep(run: PreparedRun, site: StepSite, host: HostBatch): Promise<PreparedStep> {
  const { stage } = site;
  const { prepared } = run.distiller;
  const where = whereOf(site);
  const hook = (name: string): HookSite => ({ plugin: `distiller ${run.distiller.id}`, hook: name, where });
  const batch = uploadBatch(host, prepared.views.some((view) => view.from === "raw"));
  const position = { stage: site.stageNumber, epoch: site.epoch, step: site.step };
  const images: ViewImages[] = [];
  const plans: Record<string, Json> = {};
  const passes = new Map<string, Promise<ModelOutputs>>();
  const isBeside = (run.teacher?.model.ahead ?? 0) > 0;

  const forwardTeacher = async (pixels: TensorLike): Promise<ModelOutputs> => {
    const { model, input } = run.teacher!;
    const teacher = { plugin: `teacher ${run.configuration.teacher}`, hook: "forward", where };
    return input.with(pixels, (adapted) => callAsyncHook(teacher, () => model.forward(adapted, { taps: prepared.taps.teacher })));
  };
  const askTeacher = async (view: string, pixels: TensorLike): Promise<void> => {
    if (passes.has(view)) return;
    const pass = forwardTeacher(pixels);
    pass.catch(() => {}); // It is told where the pass is waited for.
    passes.set(view, pass);
    if (!isBeside) await pass;
  };

  try {
    for (const id of stage.views) {
      if (id === "original") {
        images.push({ id, images: batch.images, normGroup: id });
      } else if (id === "augmented") {
        if (run.teacher !== undefined) await askTeacher("original", batch.images);
        const original = passes.get("original")?.then(({ logits }) => logits);
        original?.catch(() => {}); // As above.
        const augmented = await run.augmenters!.augment(
          batch,
          host,
          run.streams,
          position,
          {
            teacher: forwardTeacher,
            student: async (pixels, mode) => forwardStudent(run, pixels, mode === "train"),
          },
          original,
          where,
        );
        images.push({ id, images: augmented.images, normGroup: id });
        Object.assign(plans, augmented.plans);
        const given = augmented.teacher ?? (augmented.unchanged ? passes.get("original")?.then(cloneOutputs) : undefined);
        if (given !== undefined) {
          const pass = Promise.resolve(given);
          pass.catch(() => {}); // As above.
          passes.set(id, pass);
        }
      } else {
        const view = prepared.views.find((extra) => extra.id === id)!;
        const plan = callHook(hook(`sample of view ${id}`), () => view.sample(run.streams.at(`view:${id}`, position), host));
        plans[`view:${id}`] = plan;
        const source = view.from === "raw" ? batch.raw! : batch.images;
        const made = callTensorHook(hook(`apply of view ${id}`), () => view.apply(plan, source));
        images.push({ id, images: made, normGroup: normGroupOf(view) });
        demandReturned(
          hook(`apply of view ${id}`),
          made.shape.length === 4 && made.shape.slice(1).join() === source.shape.slice(1).join(),
          `images [${made.shape.join(",")}]`,
          `images [rows,${source.shape.slice(1).join(",")}]`,
        );
      }
      if (run.teacher !== undefined && sees(run, stage, "teacher", id)) await askTeacher(id, images.at(-1)!.images);
    }
    const teacher: Record<string, ModelOutputs> = {};
    for (const [view, pass] of passes) teacher[view] = await pass;
    return { site, host, batch, images, teacher, plans };
  } catch (error) {
    const ended = await Promise.allSettled(passes.values());
    ended.forEach((pass) => pass.status === "fulfilled" && disposeOutputs(pass.value));
    disposeImages(batch, images);
    throw error;
  }
}

export function disposeStep({ batch, images, teacher }: PreparedStep): void {
  Object.values(teacher).forEach(disposeOutputs);
  disposeImages(batch, images);
}

function disposeImages(batch: Batch, images: readonly ViewImages[]): void {
  for (const view of images) if (view.images !== batch.images) view.images.dispose();
  disposeAll(Object.values(batch) as TensorLike[]);
}

function forwardStudent(run: PreparedRun, images: TensorLike, training: boolean): ModelOutputs {
  return scope(() => run.student.model.forward(run.student.input.apply(images), { training }) as never) as ModelOutputs;
}
