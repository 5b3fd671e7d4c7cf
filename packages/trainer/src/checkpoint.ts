import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { jsonSchema, lossNotFinite, runNotFound, type HostState, type ParameterLike, type TensorLike } from "@kdf/core";
import { decodeSafetensors, encodeSafetensors, encodeWeights, loadStateDict, type NamedArray } from "@kdf/nn";
import { floats, integers, read, type Parameter } from "@kdf/tensor";
import { z } from "zod";
import type { PreparedRun } from "./prepared-run.js";
import { writeAtomically } from "./run-files.js";

/** The position of the last step that was applied, and everything that is not a tensor. */
export const checkpointStateSchema = z.strictObject({
  format: z.literal(1),
  /** Number of the stage, epoch within it, steps done within that epoch. */
  stage: z.int().nonnegative(),
  epoch: z.int().nonnegative(),
  step: z.int().nonnegative(),
  globalStep: z.int().nonnegative(),
  /** The files that belong to this state: a checkpoint is complete exactly when its state.json is there. */
  files: z.strictObject({ student: z.string(), training: z.string() }),
  best: z.strictObject({ value: z.number(), stage: z.string(), epoch: z.int(), globalStep: z.int() }).nullable(),
  metrics: z.record(z.string(), jsonSchema),
  augmenters: z.record(z.string(), jsonSchema),
  /** Sums of the epoch so far, for its mean. */
  epochSums: z.record(z.string(), z.number()),
  /** Length of metrics.jsonl in bytes. */
  linesLength: z.int().nonnegative(),
});
export type CheckpointState = z.infer<typeof checkpointStateSchema>;

/** Tensors beside the student's weights. */
export interface TrainingTensors {
  readonly slots: ReadonlyMap<string, TensorLike>;
  readonly extras: ReadonlyMap<string, ParameterLike>;
  readonly state: ReadonlyMap<string, TensorLike>;
}

export type CheckpointName = "last" | "best";

/**
 * Writes checkpoints/<name>/. Files carry the step in their names and state.json, renamed into place last, names
 * them: whenever the process dies, the state that stands belongs to files that are complete.
 */
export async function writeCheckpoint(
  directory: string,
  name: CheckpointName,
  run: PreparedRun,
  tensors: TrainingTensors,
  state: Omit<CheckpointState, "files" | "format">,
): Promise<void> {
  const folder = join(directory, "checkpoints", name);
  mkdirSync(folder, { recursive: true });
  const files = {
    student: `student-${state.globalStep}.safetensors`,
    training: `training-${state.globalStep}.safetensors`,
  };
  const finite = finiteOnly(run, state);
  for (const [weight, parameter] of run.student.model.parameters()) finite(`weight ${weight}`, await read(parameter.value));
  const student = await encodeWeights(run.student.model, studentMetadata(run, state));
  const training = await encodeTraining(tensors, run.distiller.prepared.hostState ?? {}, finite);
  writeAtomically(join(folder, files.student), student);
  writeAtomically(join(folder, files.training), training);
  const complete: CheckpointState = { format: 1, ...state, files };
  writeAtomically(join(folder, "state.json"), `${JSON.stringify(complete, null, 2)}\n`);
  const current = new Set(["state.json", ...Object.values(files)]);
  for (const file of readdirSync(folder)) if (!current.has(file)) rmSync(join(folder, file), { force: true });
}

/** What makes a student's weights usable as a teacher or in another process. */
function studentMetadata(run: PreparedRun, at: { readonly globalStep: number }): Record<string, string> {
  const { configuration, dataset } = run;
  return {
    options: JSON.stringify(run.networkOptions),
    dataset: dataset.description.id,
    classNames: JSON.stringify(dataset.description.classes),
    validation: JSON.stringify({ ...configuration.validation, hash: run.splits.hash }),
    globalStep: String(at.globalStep),
    seed: String(configuration.seed),
    engine: run.engine.library,
  };
}

type FiniteOnly = (name: string, values: Float32Array | Int32Array) => void;

/** What is not finite never replaces good values: weights, extras, slots or state. */
function finiteOnly(run: PreparedRun, state: Omit<CheckpointState, "files" | "format">): FiniteOnly {
  const stage = run.distiller.prepared.stages[state.stage]?.id ?? "end";
  return (name, values) => {
    if (values.every(Number.isFinite)) return;
    throw lossNotFinite({ term: name, value: "not finite", stage, epoch: state.epoch, step: state.step });
  };
}

async function encodeTraining(
  tensors: TrainingTensors,
  hostState: Readonly<Record<string, HostState>>,
  finite: FiniteOnly,
): Promise<Uint8Array> {
  const arrays = new Map<string, NamedArray>();
  const add = (name: string, shape: readonly number[], data: Float32Array | Int32Array): void => {
    finite(name, data);
    arrays.set(name, { dtype: data instanceof Int32Array ? "I32" : "F32", shape: [...shape], data });
  };
  const put = async (name: string, value: TensorLike): Promise<void> => add(name, value.shape, await read(value));
  for (const [name, slot] of tensors.slots) await put(`optimizer.${name}`, slot);
  for (const [name, parameter] of tensors.extras) await put(`extras.${name}`, parameter.value);
  for (const [name, value] of tensors.state) await put(`state.${name}`, value);
  for (const [name, { shape, values }] of Object.entries(hostState)) add(`state.${name}`, shape, values);
  return encodeSafetensors(arrays, {});
}

export interface LoadedCheckpoint {
  readonly directory: string;
  readonly state: CheckpointState;
}

/** Reads checkpoints/<name>/state.json; KDF_RUN_NOT_FOUND says what is missing, of all files or of those that are needed. */
export function findCheckpoint(directory: string, name: CheckpointName, needed: readonly (keyof CheckpointState["files"])[] = ["student", "training"]): LoadedCheckpoint {
  const folder = join(directory, "checkpoints", name);
  const file = join(folder, "state.json");
  if (!existsSync(file)) throw runNotFound({ directory, problem: `it has no checkpoint ${name} (${basename(file)} is missing)` });
  let state: CheckpointState;
  try {
    state = checkpointStateSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw runNotFound({ directory, problem: `${file} is damaged (${(error as Error).message.split("\n")[0]})` }, { cause: error });
  }
  for (const part of needed) {
    const path = join(folder, state.files[part]);
    if (!existsSync(path)) throw runNotFound({ directory, problem: `${path} is missing` });
  }
  return { directory: folder, state };
}

/** The file with the student's weights of a checkpoint. */
export function checkpointWeights(directory: string, name: CheckpointName): string {
  const checkpoint = findCheckpoint(directory, name, ["student"]);
  return join(checkpoint.directory, checkpoint.state.files.student);
}

/** Puts a checkpoint's tensors back into the run. Returns the optimizer's slots, owned by the caller. */
export function restoreTensors(
  checkpoint: LoadedCheckpoint,
  run: PreparedRun,
  extras: ReadonlyMap<string, ParameterLike>,
  state: Map<string, TensorLike>,
): Map<string, TensorLike> {
  const studentFile = join(checkpoint.directory, checkpoint.state.files.student);
  loadStateDict(run.student.model, decodeSafetensors(readFileSync(studentFile), studentFile).tensors, studentFile);
  const trainingFile = join(checkpoint.directory, checkpoint.state.files.training);
  const { tensors } = decodeSafetensors(readFileSync(trainingFile), trainingFile);
  const slots = new Map<string, TensorLike>();
  for (const [name, array] of tensors) {
    const [section, ...rest] = name.split(".");
    const key = rest.join(".");
    const onHost = section === "state" ? run.distiller.prepared.hostState?.[key] : undefined;
    if (onHost !== undefined) {
      onHost.values.set(array.data);
      continue;
    }
    const value =
      array.dtype === "I32" ? integers(array.data as Int32Array, array.shape) : floats(array.data as Float32Array, array.shape);
    if (section === "optimizer") slots.set(key, value);
    else if (section === "extras") {
      (extras.get(key) as Parameter).assign(value);
      value.dispose();
    } else if (section === "state") {
      state.get(key)?.dispose();
      state.set(key, value);
    }
  }
  return slots;
}

