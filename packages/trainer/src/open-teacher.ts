import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  modelMismatch,
  runNotFound,
  teacherEngineUnsuitable,
  type DatasetDescription,
  type ExtensionRegistry,
  type Teacher,
  type TeacherModel,
  type TeacherUse,
  type ValidationConfiguration,
} from "@kdf/core";
import { openTeacher } from "@kdf/nn";
import { checkpointWeights } from "./checkpoint.js";

/** A weights file, a run directory (its best checkpoint, else its last) or the id of a teacher plugin. */
export async function openTeacherFrom(text: string, registry: ExtensionRegistry, use?: TeacherUse): Promise<TeacherModel> {
  const file = weightsFile(text);
  if (file === undefined) return (await registry.create("teacher", text)).open(use);
  return openTeacher({ file, createNetwork: (id, options) => registry.create("network", id, options) });
}

/** What of a configuration decides which teacher a command gets. */
export interface TeacherChoice {
  readonly teacher: string;
  /** The teacher plugin in whose runtime it runs; null for the engine. */
  readonly teacherEngine: string | null;
  readonly validation: ValidationConfiguration;
  readonly use?: TeacherUse;
}

/**
 * The teacher, in its runtime, checked to fit the data set. Nothing is left of one that is refused. `warn` is told what
 * to warn of.
 */
export async function openFittingTeacher(
  { teacher: text, teacherEngine, validation, use }: TeacherChoice,
  registry: ExtensionRegistry,
  dataset: DatasetDescription,
  warn: (warning: string) => void,
): Promise<TeacherModel> {
  const own = await openTeacherFrom(text, registry, use);
  const teacher = teacherEngine === null ? own : await runIn(teacherEngine, own, registry, use);
  try {
    checkTeacher(teacher, dataset, validation).forEach(warn);
    return teacher;
  } catch (error) {
    teacher.dispose();
    throw error;
  }
}

async function runIn(engine: string, model: TeacherModel, registry: ExtensionRegistry, use: TeacherUse | undefined): Promise<TeacherModel> {
  let runtime: Teacher;
  try {
    runtime = await registry.create("teacher", engine);
    if (runtime.adopt === undefined) throw teacherEngineUnsuitable({ teacher: engine });
  } catch (error) {
    model.dispose();
    throw error;
  }
  return runtime.adopt(model, use);
}

/** The weights file that `text` names as a path; undefined when it is no path but an id. KDF_RUN_NOT_FOUND. */
export function weightsFile(text: string): string | undefined {
  if (existsSync(text) && statSync(text).isDirectory()) {
    const name = existsSync(join(text, "checkpoints", "best", "state.json")) ? "best" : "last";
    return checkpointWeights(text, name);
  }
  if (text.endsWith(".safetensors") || existsSync(text)) return text;
  if (/[/\\]/.test(text)) throw runNotFound({ directory: text, problem: "there is no such folder or file" });
  return undefined;
}

/** Refuses a teacher that answers another question than the data set asks. Returns what to warn of. */
export function checkTeacher(
  teacher: TeacherModel,
  dataset: DatasetDescription,
  validation: ValidationConfiguration,
): string[] {
  const { description, provenance } = teacher;
  const fix = "choose a teacher that was trained on this data set, or another --dataset";
  if (description.classes !== dataset.classes.length) {
    throw modelMismatch({
      what: `The teacher (${description.network}) does not fit the data set ${dataset.id}`,
      got: `it has ${description.classes} classes`,
      expected: `${dataset.classes.length} classes`,
      fix,
    });
  }
  if (description.input.channels !== dataset.channels) {
    throw modelMismatch({
      what: `The teacher (${description.network}) does not fit the data set ${dataset.id}`,
      got: `it takes images of ${description.input.channels} channels`,
      expected: `${dataset.channels} channels`,
      fix,
    });
  }
  const { classNames } = provenance;
  if (classNames !== undefined && classNames !== JSON.stringify(dataset.classes)) {
    throw modelMismatch({
      what: `The teacher (${description.network}) does not fit the data set ${dataset.id}`,
      got: `its classes are ${classNames}`,
      expected: `the same classes in the same order: ${JSON.stringify(dataset.classes)}`,
      fix,
    });
  }
  return sawValidation(provenance, dataset.id, validation)
    ? [
        `The teacher was trained with another validation split (${provenance["validation"]}): it may have seen images ` +
          "that this run validates on. Its test results are not affected.",
      ]
    : [];
}

function sawValidation(provenance: TeacherModel["provenance"], dataset: string, validation: ValidationConfiguration): boolean {
  const recorded = provenance["validation"];
  if (provenance["dataset"] !== dataset || recorded === undefined || validation.fraction === 0) return false;
  const { seed, fraction } = JSON.parse(recorded) as ValidationConfiguration;
  // Membership is a threshold on a hash of (seed, row): a larger fraction holds every row of a smaller one.
  return seed !== validation.seed || fraction < validation.fraction;
}
