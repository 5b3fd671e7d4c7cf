import { modelFileUnreadable, teacherUnsuitable } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import type { Classifier } from "./classifier.js";
import type { TfjsFiles } from "./model-files.js";

interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
}

/** A Graph model. It has no taps. The caller owns it. */
export async function openGraph(file: string, { artifacts, weights, metadata, made }: TfjsFiles, wanted: string | undefined): Promise<Classifier> {
  let model: tf.GraphModel;
  try {
    model = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
  } catch (cause) {
    throw modelFileUnreadable({ file, format: "a Graph model", problem: (cause as Error).message.replace(/[.]$/, "") }, { cause });
  }
  try {
    const { node: nodes = [] } = artifacts.modelTopology as { readonly node?: readonly GraphNode[] };
    const names = model.outputs.map(({ name }) => name);
    const chosen = names.length === 1 && wanted === undefined ? names[0] : names.find((name) => name === wanted || name.split(":")[0] === wanted);
    if (chosen === undefined) {
      throw teacherUnsuitable({ file, problem: `it has the outputs ${names.join(", ")}${wanted === undefined ? "" : `, and none named ${wanted}`}`, expected: "one output, or the name of the one with a value for each class", fix: `name it: --set tfjs-model.output=${names[0] ?? "NAME"}` });
    }
    const before = beforeSoftmax(chosen, new Map(nodes.map((node) => [node.name, node])));
    const [input] = model.inputs;
    return {
      format: "TensorFlow.js Graph model",
      inputs: model.inputs.map(described),
      outputs: model.outputs.map((output) => described({ ...output, ...signedShape(output.name, artifacts.signature) })),
      weights: weights.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
      taps: {},
      metadata,
      facts: { ...made, nodes: String(nodes.length) },
      endsInSoftmax: before !== undefined,
      compute: (images) => ({ output: model.execute({ [input!.name]: images }, before ?? chosen) as tf.Tensor, taps: [] }),
      dispose: () => model.dispose(),
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

interface Described {
  readonly name: string;
  readonly shape: (number | null)[];
  readonly dtype: string;
}

/** A node of the graph need not say its shape and type. */
const described = ({ name, shape = [], dtype = "float32" }: { readonly name: string; readonly shape?: readonly number[] | undefined; readonly dtype?: string | undefined }): Described => ({
  name,
  shape: shape.map((size) => (size > 0 ? size : null)),
  dtype,
});

/** What the file's signature says of an output, as TensorFlow's TensorInfo in JSON. */
function signedShape(name: string, signature: object = {}): { readonly shape?: number[] } {
  const { outputs = {} } = signature as { readonly outputs?: Readonly<Record<string, { readonly name?: string; readonly tensorShape?: { readonly dim?: readonly { readonly size?: string }[] } }>> };
  const dimensions = Object.values(outputs).find((output) => nameOf(output.name) === nameOf(name))?.tensorShape?.dim;
  return dimensions === undefined ? {} : { shape: dimensions.map(({ size }) => Number(size)) };
}

/** The node that feeds the softmax behind an output; undefined where there is none. */
function beforeSoftmax(output: string, nodes: ReadonlyMap<string, GraphNode>): string | undefined {
  let node = nodes.get(output.split(":")[0]!);
  while (node?.op === "Identity") node = nodes.get(nameOf(node.input?.[0]));
  return node?.op === "Softmax" ? nameOf(node.input?.[0]) : undefined;
}

const nameOf = (input = ""): string => input.replace(/^\^/, "").split(":")[0]!;
