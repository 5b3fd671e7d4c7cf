import type { Json, Matrix, ModelOutputs, ObservedOutputs, Stage, StepObservation, TensorLike, Views } from "@kdf/core";
import type { HostBatch } from "@kdf/data";
import { read } from "@kdf/tensor";
import { callHook, demandReturned, type HookSite } from "./hook.js";
import type { NamedMetric } from "./prepared-run.js";

/**
 * Feeds the outputs of a training step to the metrics of which the stage forwards all that they read. Only what one of them
 * reads is read back from the engine.
 */
export async function observeStep(
  all: readonly NamedMetric[],
  views: Views,
  batch: HostBatch,
  site: { readonly stage: Stage; readonly epoch: number; readonly step: number },
): Promise<void> {
  const metrics = all.filter(({ metric }) => metric.reads.every((role) => site.stage.roles?.includes(role) ?? true));
  const roles = (["teacher", "student"] as const).filter((role) => metrics.some(({ metric }) => metric.reads.includes(role)));
  if (roles.length === 0) return;
  const observed: Record<string, { student?: ObservedOutputs; teacher?: ObservedOutputs }> = {};
  for (const [id, outputs] of Object.entries(views)) {
    observed[id] = {};
    for (const role of roles) {
      if (outputs[role] !== undefined) observed[id][role] = await readOutputs(outputs[role]);
    }
  }
  feed(metrics, { views: observed, labels: batch.labels, indices: batch.indices, epoch: site.epoch, step: site.step });
}

export async function readOutputs(outputs: ModelOutputs): Promise<ObservedOutputs> {
  return { logits: await readMatrix(outputs.logits) };
}

async function readMatrix(logits: TensorLike): Promise<Matrix> {
  const [rows = 0, columns = 0] = logits.shape;
  return { rows, columns, data: (await read(logits)) as Float32Array };
}

export function feed(metrics: readonly NamedMetric[], observation: StepObservation): void {
  const where = `epoch ${observation.epoch + 1}, step ${observation.step + 1}`;
  for (const { id, metric } of metrics) {
    callHook({ plugin: `metric ${id}`, hook: "observe", where }, () => metric.observe(observation));
  }
}

/** A mean of the terms that stands beside the metrics in an epoch's results. */
const reserved = new Set(["total"]);

/** The results of all metrics, side by side. */
export function resultsOf(metrics: readonly NamedMetric[]): Record<string, Json> {
  const results: Record<string, Json> = {};
  for (const { id, metric } of metrics) {
    const site: HookSite = { plugin: `metric ${id}`, hook: "result", where: "end of a pass" };
    const result = callHook(site, () => metric.result());
    const wrong = Object.entries(result).find(([, value]) => typeof value === "number" && !Number.isFinite(value));
    demandReturned(site, wrong === undefined, `${wrong?.[0]} = ${String(wrong?.[1])}`, "finite numbers, or null for what does not exist yet");
    const taken = Object.keys(result).find((key) => key in results || reserved.has(key));
    demandReturned(site, taken === undefined, `the name ${taken}, which another metric has`, "names of its own");
    Object.assign(results, result);
  }
  return results;
}

export function saveMetrics(metrics: readonly NamedMetric[]): Record<string, Json> {
  const site = (id: string): HookSite => ({ plugin: `metric ${id}`, hook: "save", where: "checkpoint" });
  return Object.fromEntries(metrics.flatMap(({ id, metric }) => (metric.save ? [[id, callHook(site(id), () => metric.save!())]] : [])));
}

export function restoreMetrics(
  metrics: readonly NamedMetric[],
  saved: Readonly<Record<string, Json>>,
): readonly NamedMetric[] {
  for (const { id, metric } of metrics) {
    const state = saved[id];
    if (state !== undefined) callHook({ plugin: `metric ${id}`, hook: "restore", where: "checkpoint" }, () => metric.restore?.(state));
  }
  return metrics;
}
