import type { ModelDescription, ModelOutputs, ParameterLike, TensorLike } from "@kdf/core";
import { disposeAll, recordOperations, zeros } from "@kdf/tensor";
import { inputMetadata } from "../weights-file.js";
import { encodeModel } from "./encode-model.js";
import { Graph, inputName } from "./graph.js";
import { elementNumbers, type OnnxNode, type OnnxTensor } from "./model.js";
import { addOperation } from "./operations.js";

/** The version of ONNX's operations that exported models use. */
export const exportedOpset = 17;

const outputName = "logits";
/** Images of the recorded pass: more than one, so that what depends on their number shows itself. */
const batch = 2;

/** What can be exported: its forward pass computes with operations of `@kdf/tensor`, at once. */
export interface Exportable {
  readonly description: ModelDescription;
  /** Names of the weights in the file, where they are known. */
  readonly parameters?: () => ReadonlyMap<string, ParameterLike>;
  forward(images: TensorLike, options: { readonly training: false; readonly taps: readonly string[] }): ModelOutputs | Promise<ModelOutputs>;
}

/** A forward pass in evaluation mode as a graph: `images` [batch,C,H,W] -> `logits` [batch,K], the batch free. */
export interface RecordedGraph {
  readonly nodes: readonly OnnxNode[];
  /** Named as the model's parameters where they are such; a further form of one is `<name>:<form>`. */
  readonly constants: readonly OnnxTensor[];
}

/** Records one pass of `model`. KDF_EXPORT_UNSUPPORTED names what has no form in ONNX. */
export async function recordOnnx(model: Exportable): Promise<RecordedGraph> {
  const { network, input } = model.description;
  const { size, channels } = input;
  const weightNames = new Map([...(model.parameters?.() ?? [])].map(([name, parameter]) => [parameter.value, name] as const));
  const images = zeros([batch, size, size, channels]);
  const graph = new Graph(network, images, weightNames);
  const outputs: ModelOutputs[] = [];
  try {
    const returned = recordOperations((operation) => addOperation(graph, operation), () => model.forward(images, { training: false, taps: [] }));
    if (returned instanceof Promise) {
      outputs.push(await returned);
      throw graph.unsupported("its forward pass is not computed by operations of @kdf/tensor");
    }
    outputs.push(returned);
    const logits = graph.valueOf(returned.logits);
    if (logits === undefined) throw graph.unsupported("its logits do not depend on the images by operations of @kdf/tensor");
    const output = graph.node("Identity", [logits.name]);
    const { nodes, constants } = await graph.collect(output);
    return { nodes: nodes.map((node) => (node.outputs[0] === output ? { ...node, outputs: [outputName] } : node)), constants };
  } finally {
    graph.dispose();
    images.dispose();
    for (const { logits, taps } of outputs) disposeAll([logits, ...Object.values(taps)]);
  }
}

/**
 * The bytes of an .onnx file that computes what `model` computes in evaluation mode: `images` [batch,C,H,W], normalised
 * as the metadata say, -> `logits` [batch,K], the batch free. One pass is recorded; the same weights give the same
 * bytes. `metadata` is what else the file should say. KDF_EXPORT_UNSUPPORTED names what has no form in ONNX.
 */
export async function exportOnnx(model: Exportable, metadata: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
  const { network, input, classes } = model.description;
  const { size, channels } = input;
  return encodeModel({
    name: network,
    opset: exportedOpset,
    ...(await recordOnnx(model)),
    inputs: [{ name: inputName, element: elementNumbers.float, shape: ["batch", channels, size, size] }],
    outputs: [{ name: outputName, element: elementNumbers.float, shape: ["batch", classes] }],
    metadata: { ...metadata, network, classes: String(classes), layout: "NCHW", ...inputMetadata(input) },
  });
}
