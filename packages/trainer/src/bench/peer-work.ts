/** The models of a run as graphs, and how they learn, for a library that takes the same step. */
import { exportUnsupported, type DatasetDescription, type Model, type ModelInput, type OptimizerConfiguration } from "@kdf/core";
import { tokens } from "@kdf/core/tokens";
import { recordOnnx, type RecordedGraph } from "@kdf/nn";
import { openTeacherFrom } from "../open-teacher.js";
import type { PreparedRun } from "../prepared-run.js";
import type { RunRequest } from "../training.js";

export interface PeerModel extends RecordedGraph {
  readonly input: ModelInput;
  /** Names of the constants that are learned. */
  readonly trained: readonly string[];
}

/** An augmenter or distiller by its id, with its parsed options. */
export interface Named {
  readonly id: string;
  readonly options: unknown;
}

export interface PeerWork {
  readonly teacher: PeerModel | null;
  readonly student: PeerModel;
  readonly dataset: Pick<DatasetDescription, "height" | "width" | "channels" | "mean" | "std" | "standardAugmentation">;
  readonly classes: number;
  readonly augmenters: readonly Named[];
  readonly distiller: Named;
  readonly optimizer: OptimizerConfiguration;
}

/**
 * KDF_EXPORT_UNSUPPORTED names what has no form as a graph, in a teacher too: one that runs in another runtime is recorded
 * as the engine computes it.
 */
export async function peerWork({ container, configuration }: RunRequest, run: PreparedRun, optimizer: OptimizerConfiguration): Promise<PeerWork> {
  const registry = container.resolve(tokens.registry);
  const { height, width, channels, mean, std, standardAugmentation, classes } = run.dataset.description;
  const options = registry.createdOptions();
  const named = (kind: string, id: string): Named => ({ id, options: options[`${kind}:${id}`] ?? {} });
  return {
    teacher: configuration.teacher === null ? null : await teacherGraph(configuration.teacher, registry),
    student: await studentPeer(run.student.model),
    dataset: { height, width, channels, mean, std, standardAugmentation },
    classes: classes.length,
    augmenters: (run.augmenters?.ids ?? []).map((id) => named("augmenter", id)),
    distiller: named("distiller", run.distiller.id),
    optimizer,
  };
}

async function teacherGraph(teacher: string, registry: Parameters<typeof openTeacherFrom>[1]): Promise<PeerModel> {
  const model = await openTeacherFrom(teacher, registry);
  try {
    return { ...(await recordOnnx(model)), input: model.description.input, trained: [] };
  } finally {
    model.dispose();
  }
}

/** A student's graph. KDF_EXPORT_UNSUPPORTED where a weight that learns does not enter it as it is: the peer would compute less. */
export async function studentPeer(model: Model): Promise<PeerModel> {
  const graph = await recordOnnx(model);
  const constants = new Set(graph.constants.map(({ name }) => name));
  const trainable = [...model.parameters()].filter(([, { trainable: learns }]) => learns).map(([name]) => name);
  const missing = trainable.find((name) => !constants.has(name));
  if (missing !== undefined) {
    throw exportUnsupported({
      model: model.description.network,
      format: "a graph that learns",
      problem: `its weight ${missing} does not enter an operation as it is`,
      expected: "weights that operations on images take as they are",
    });
  }
  const trained = [...constants].filter((name) => trainable.some((weight) => name === weight || name.startsWith(`${weight}:`)));
  return { ...graph, input: model.description.input, trained };
}
