/** What a teacher's file is, what it lacks to be used, and whether it gives the logits that another tool got of it. */
import type { Configuration, DatasetDescription, ExtensionRegistry, TeacherInspection, TeacherModel } from "@kdf/core";
import type { Container } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import { ensureEngine } from "./engine.js";
import { openTeacherFrom, teacherPluginFor } from "./open-teacher.js";
import { verifyTeacher, type Pair, type Verification } from "./verify-teacher.js";

export interface InspectionRequest {
  readonly container: Container;
  readonly configuration: Pick<Configuration, "engine">;
  /** As `--teacher` takes it. */
  readonly teacher: string;
  /** Id of the data set that it is to be a teacher of. */
  readonly dataset?: string;
  readonly verify?: Pair;
}

export interface InspectedTeacher {
  /** Id of the teacher plugin. */
  readonly plugin: string;
  readonly inspection: TeacherInspection;
  readonly dataset?: DatasetDescription;
  readonly verification?: Verification;
}

export async function inspectTeacher({ container, configuration, teacher: text, dataset: id, verify }: InspectionRequest): Promise<InspectedTeacher> {
  await ensureEngine(container, configuration.engine);
  const registry = container.resolve(tokens.registry);
  const dataset = id === undefined ? undefined : await describeDataset(id, registry);
  const { id: plugin, teacher } = await teacherPluginFor(text, registry);
  const inspection = teacher.inspect === undefined ? await withModel(text, registry, inspectionOf) : await teacher.inspect();
  const verification = verify === undefined ? undefined : await withModel(text, registry, (model) => verifyTeacher(model, verify));
  return { plugin, inspection, ...(dataset && { dataset }), ...(verification && { verification }) };
}

async function describeDataset(id: string, registry: ExtensionRegistry): Promise<DatasetDescription> {
  const dataset = await registry.create("dataset", id);
  await dataset.dispose?.();
  return dataset.description;
}

async function withModel<T>(text: string, registry: ExtensionRegistry, use: (model: TeacherModel) => T | Promise<T>): Promise<T> {
  const model = await openTeacherFrom(text, registry);
  try {
    return await use(model);
  } finally {
    model.dispose();
  }
}

/** What a teacher tells once it is open, where its plugin has no other way to look at it. */
function inspectionOf({ description, provenance }: TeacherModel): TeacherInspection {
  const { network, input, classes, taps } = description;
  const { size, channels, mean, std } = input;
  return {
    format: "teacher of a plugin",
    facts: { network, ...provenance },
    weights: [],
    inputs: [{ name: "images", shape: [null, size, size, channels], dtype: "F32" }],
    outputs: [{ name: "logits", shape: [null, classes], dtype: "F32" }],
    taps,
    classes,
    options: { size, mean, std },
    missing: [],
    problems: [],
  };
}
