import { existsSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import {
  modelMismatch,
  runNotFound,
  teacherEngineUnsuitable,
  teacherFileUnknown,
  type DatasetDescription,
  type ExtensionRegistry,
  type Teacher,
  type TeacherModel,
  type TeacherUse,
  type ValidationConfiguration,
} from "@kdf/core";
import { describesItself, openTeacher } from "@kdf/nn";
import { checkpointWeights } from "./checkpoint.js";

/**
 * What `--teacher` names: a run directory (its best checkpoint, else its last), a weights file that says of itself what
 * opening it takes, a file or folder that an installed teacher plugin opens, or the id of a teacher plugin.
 */
export async function openTeacherFrom(text: string, registry: ExtensionRegistry, use?: TeacherUse): Promise<TeacherModel> {
  const place = await placeOf(text, registry);
  if ("weights" in place) return openTeacher({ file: place.weights, createNetwork: (id, options) => registry.create("network", id, options) });
  return (await createTeacher(place, registry)).open(use);
}

/** A teacher plugin as a command's text names it. */
export interface NamedTeacher {
  readonly id: string;
  readonly teacher: Teacher;
}

/** The teacher plugin of this id, or the one that opens this file. KDF_TEACHER_FILE_UNKNOWN. */
export async function teacherPluginFor(text: string, registry: ExtensionRegistry): Promise<NamedTeacher> {
  const place = await placeOf(text, registry);
  const named = "weights" in place ? openerOf(place.weights, registry) : place;
  return { id: named.id, teacher: await createTeacher(named, registry) };
}

/** A teacher plugin, with the file that it opens where a file was named. */
interface PluginPlace {
  readonly id: string;
  readonly file?: string;
}

const createTeacher = ({ id, file }: PluginPlace, registry: ExtensionRegistry): Promise<Teacher> => registry.create("teacher", id, file === undefined ? undefined : { file });

async function placeOf(text: string, registry: ExtensionRegistry): Promise<PluginPlace | { readonly weights: string }> {
  const isFolder = existsSync(text) && statSync(text).isDirectory();
  if (isFolder && existsSync(join(text, "checkpoints"))) return { weights: weightsFile(text)! };
  const opener = registry.teacherFor(text);
  if (isFolder) return opener === undefined ? { weights: weightsFile(text)! } : { id: opener, file: text };
  if (opener === undefined && !existsSync(text) && !/[/\\]/.test(text) && installable(text) === undefined) return { id: text };
  if (text.endsWith(".safetensors") && (opener === undefined || (await describesItself(text)))) return { weights: text };
  return openerOf(text, registry);
}

function openerOf(file: string, registry: ExtensionRegistry): PluginPlace {
  const opener = registry.teacherFor(file);
  if (opener !== undefined) return { id: opener, file };
  if (!existsSync(file)) throw runNotFound({ directory: file, problem: "there is no such folder or file" });
  throw teacherFileUnknown({ file, ending: extname(file), install: installable(file) });
}

/** Packages that open files which no installed plugin opens, for the error that says so. */
const packages: readonly (readonly [ending: string, name: string])[] = [
  [".safetensors", "@kdf/plugin-weights"],
  [".pth", "@kdf/plugin-weights"],
  [".pth.tar", "@kdf/plugin-weights"],
  [".pt", "@kdf/plugin-weights"],
  [".onnx", "@kdf/plugin-onnx"],
  [".json", "@kdf/plugin-tensorflow-models"],
  [".pb", "@kdf/plugin-tensorflow-models"],
];

const installable = (file: string): string | undefined => packages.find(([ending]) => file.endsWith(ending))?.[1];

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
