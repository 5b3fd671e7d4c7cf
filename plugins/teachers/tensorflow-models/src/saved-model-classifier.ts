import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { isKdfError, modelFileUnreadable, teacherUnsuitable } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import type { Classifier } from "./classifier.js";
import type { SavedModelOptions } from "./options.js";
import { readMetaGraphs, type MetaGraph, type Signature, type SignatureTensor } from "./saved-model-signature.js";

/** What the backend of TensorFlow's C library has beside the kernels (tfjs-node). */
interface NativeBackend {
  loadSavedModelMetaGraph(path: string, tags: string): number;
  runSavedModel(id: number, inputs: tf.Tensor[], information: readonly { readonly name: string; readonly tfDtype: string }[], outputs: readonly string[]): tf.Tensor[];
  deleteSavedModel(id: number): void;
}

export interface SavedModelFiles {
  readonly graph: MetaGraph;
  readonly signature: Signature;
  /** Of saved_model.pb and the files of the variables. */
  readonly sha256: string;
}

const format = "a SavedModel";

/** The signature that is called. KDF_MODEL_FILE_UNREADABLE, KDF_TEACHER_UNSUITABLE. */
export async function readSavedModel(folder: string, { tags, signature: name }: Pick<SavedModelOptions, "tags" | "signature">): Promise<SavedModelFiles> {
  const bytes = await readFile(join(folder, "saved_model.pb")).catch((cause: Error) => {
    throw modelFileUnreadable({ file: folder, format, problem: cause.message }, { cause });
  });
  let graphs: MetaGraph[];
  try {
    graphs = readMetaGraphs(bytes);
  } catch (cause) {
    throw modelFileUnreadable({ file: join(folder, "saved_model.pb"), format, problem: (cause as Error).message }, { cause });
  }
  const graph = graphs.find((each) => [...each.tags].sort().join() === [...tags].sort().join());
  if (graph === undefined) throw teacherUnsuitable({ file: folder, problem: `it has no graph with the tags ${tags.join(", ")}`, expected: `one of: ${graphs.map((each) => each.tags.join(", ")).join("; ")}`, fix: `--set saved-model.tags=[${graphs[0]?.tags.join(",") ?? ""}]` });
  const signature = graph.signatures[name];
  const others = Object.keys(graph.signatures).filter((each) => !each.startsWith("__"));
  if (signature === undefined) throw teacherUnsuitable({ file: folder, problem: `it has no signature ${name}`, expected: others.length === 0 ? "a signature: a function that was saved with it" : `one of: ${others.join(", ")}`, fix: others.length === 0 ? "save it with one: tf.saved_model.save(model, FOLDER, signatures=FUNCTION)" : `--set saved-model.signature=${others[0]}` });
  return { graph, signature, sha256: await hashOf(folder, bytes) };
}

async function hashOf(folder: string, graph: Uint8Array): Promise<string> {
  const hash = createHash("sha256").update(graph);
  const variables = join(folder, "variables");
  for (const name of existsSync(variables) ? readdirSync(variables).sort() : []) await pipeline(createReadStream(join(variables, name)), hash, { end: false });
  return hash.digest("hex");
}

/** A SavedModel in the library of the running engine, loaded when it first computes. It has no taps. The caller owns it. */
export function openSavedModel(folder: string, { graph, signature }: SavedModelFiles, options: SavedModelOptions): Classifier {
  const [input, ...more] = signature.inputs;
  if (input === undefined || more.length > 0) throw teacherUnsuitable({ file: folder, problem: `its signature ${options.signature} has ${signature.inputs.length} inputs`, expected: "one input, a batch of images", fix: "save it with a signature that takes images alone" });
  const output = chosen(folder, signature.outputs, options);
  let loaded: { readonly backend: NativeBackend; readonly id: number } | undefined;
  return {
    format: "TensorFlow SavedModel",
    inputs: signature.inputs.map(described),
    outputs: signature.outputs.map(described),
    weights: [],
    taps: {},
    metadata: {},
    facts: { ...(graph.version !== "" && { "written by": `TensorFlow ${graph.version}` }), signature: options.signature },
    endsInSoftmax: false,
    compute: (images) => {
      loaded ??= load(folder, options.tags.join(","));
      const [result] = loaded.backend.runSavedModel(loaded.id, [images], [{ name: input.name, tfDtype: dtypeOf(input) }], [output.name]);
      return { output: result!, taps: [] };
    },
    dispose: () => loaded?.backend.deleteSavedModel(loaded.id),
  };
}

const isNative = (backend: Partial<NativeBackend>): backend is NativeBackend => backend.loadSavedModelMetaGraph !== undefined && backend.runSavedModel !== undefined;

function load(folder: string, tags: string): { readonly backend: NativeBackend; readonly id: number } {
  const backend = tf.backend() as unknown as Partial<NativeBackend>;
  if (!isNative(backend)) {
    throw teacherUnsuitable({ file: folder, problem: `the engine (${tf.getBackend()}) cannot run a SavedModel`, expected: "an engine with TensorFlow's C library", fix: "npx kdf engine install tensorflow, then --engine tensorflow; or convert it: tensorflowjs_converter --output_format=tfjs_graph_model" });
  }
  try {
    return { backend, id: backend.loadSavedModelMetaGraph(resolve(folder), tags) };
  } catch (cause) {
    if (isKdfError(cause)) throw cause;
    throw modelFileUnreadable({ file: folder, format, problem: (cause as Error).message.split("\n")[0]!.replace(/[.]$/, "") }, { cause });
  }
}

function chosen(folder: string, outputs: readonly SignatureTensor[], { output: wanted }: SavedModelOptions): SignatureTensor {
  const found = wanted === undefined ? (outputs.length === 1 ? outputs[0] : outputs.find(({ key }) => key === "logits")) : outputs.find(({ key }) => key === wanted);
  if (found !== undefined) return found;
  const keys = outputs.map(({ key }) => key);
  throw teacherUnsuitable({ file: folder, problem: `it has the outputs ${keys.join(", ")}${wanted === undefined ? "" : `, and none named ${wanted}`}`, expected: "one output, or the name of the one with a value for each class", fix: `name it: --set saved-model.output=${keys[0] ?? "NAME"}` });
}

const types: Readonly<Record<number, string>> = { 1: "float32", 2: "float64", 3: "int32", 4: "uint8", 7: "string", 9: "int64", 10: "bool", 14: "bfloat16", 19: "float16" };

const dtypeOf = ({ type }: SignatureTensor): string => (type === 1 ? "DT_FLOAT" : (types[type] ?? `TensorFlow type ${type}`));

export const described = (tensor: SignatureTensor): { name: string; shape: readonly (number | null)[]; dtype: string } => ({
  name: tensor.key,
  shape: tensor.shape ?? [],
  dtype: types[tensor.type] ?? `TensorFlow type ${tensor.type}`,
});
