/** Augmenters as `--augmenters` names them, and the student that those need which pick by it, or metrics which read it. */
import { augmenterNeedsStudent, metricNeedsStudent, type DatasetDescription, type ExtensionRegistry, type TeacherModel } from "@kdf/core";
import { openTeacher } from "@kdf/nn";
import { AugmenterChain } from "./augmentation.js";
import { parseAugmenterEntry } from "./augmenter-entry.js";
import { checkTeacher, weightsFile } from "./open-teacher.js";
import type { Placed } from "./prepared-run.js";
import { RoleInput } from "./role-input.js";

/** The chain of an entry. The caller disposes it. */
export async function chainOf(entry: string, registry: ExtensionRegistry, command: "rank" | "preview"): Promise<AugmenterChain> {
  const links = await Promise.all(
    parseAugmenterEntry(entry, command).map(async ({ id, options }) => ({ id, augmenter: await registry.create("augmenter", id, options) })),
  );
  return new AugmenterChain(links);
}

/**
 * The student of `--student-weights`, frozen, in evaluation mode; undefined where no chain picks by one and none of
 * `metrics` (the ids of those that read one) wants it. KDF_AUGMENTER_NEEDS_STUDENT and KDF_METRIC_NEEDS_STUDENT name those
 * that want one in vain. The caller disposes model and input.
 */
export async function openPickingStudent(
  studentWeights: string | undefined,
  entries: readonly { readonly label: string; readonly chain: AugmenterChain }[],
  registry: ExtensionRegistry,
  dataset: DatasetDescription,
  metrics: readonly string[] = [],
): Promise<Placed<TeacherModel> | undefined> {
  const needing = entries.filter(({ chain }) => chain.needs("student"));
  if (needing.length === 0 && metrics.length === 0) return undefined;
  if (studentWeights === undefined) {
    throw needing.length > 0 ? augmenterNeedsStudent({ augmenters: needing.map(({ label }) => label) }) : metricNeedsStudent({ metrics });
  }
  const file = weightsFile(studentWeights) ?? studentWeights;
  const model = await openTeacher({ file, createNetwork: (id, options) => registry.create("network", id, options) });
  const network = `${model.description.network} of --student-weights ${studentWeights}`;
  try {
    // Which images it was trained on does not matter here: it is measured on nothing.
    checkTeacher({ ...model, description: { ...model.description, network } }, dataset, { fraction: 0, seed: 0 });
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, input: new RoleInput(dataset, model.description) };
}
