import { modelFileUnreadable, teacherUnsuitable } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import type { Classifier } from "./classifier.js";
import type { TfjsFiles } from "./model-files.js";

/** A Layers model. Every layer with one output is a tap by its name. The caller owns it. */
export async function openLayers(file: string, { artifacts, weights, metadata, made }: TfjsFiles, wanted: string | undefined): Promise<Classifier> {
  const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts)).catch((cause: Error) => {
    throw modelFileUnreadable({ file, format: "a Layers model", problem: cause.message.replace(/[.]$/, "") }, { cause });
  });
  const dispose = (): void => tf.dispose(model.weights.map((weight) => weight.read()));
  try {
    const symbols = new Map(model.layers.flatMap((layer) => symbolOf(layer, model)));
    const chosen = chooseOutput(file, model, wanted);
    const before = beforeSoftmax(chosen);
    const computed = new Map<string, tf.LayersModel>();
    /** The model with these taps as outputs; it shares all layers. */
    const withTaps = (names: readonly string[]): tf.LayersModel => {
      const key = names.join("\n");
      const outputs = [before ?? chosen, ...names.map((name) => symbols.get(name)!)];
      const made = computed.get(key) ?? tf.model({ inputs: model.inputs, outputs });
      computed.set(key, made);
      return made;
    };
    return {
      format: "TensorFlow.js Layers model",
      inputs: model.inputs.map(({ shape, dtype }, place) => ({ name: model.inputNames[place]!, shape, dtype })),
      // A layer need not say its type.
      outputs: model.outputs.map(({ shape }, place) => ({ name: model.outputNames[place]!, shape, dtype: "float32" })),
      weights: weights.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
      taps: Object.fromEntries([...symbols].map(([name, symbol]) => [name, symbol.shape.slice(1)])),
      metadata,
      facts: { ...made, layers: String(model.layers.length) },
      endsInSoftmax: before !== undefined,
      compute: (images, names) => {
        const results = withTaps(names).apply(images, { training: false }) as tf.Tensor | tf.Tensor[];
        const [output, ...taps] = Array.isArray(results) ? results : [results];
        return { output: output!, taps };
      },
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** What a layer gives, where it is used once and gives one map or vector. */
function symbolOf(layer: tf.layers.Layer, model: tf.LayersModel): (readonly [string, tf.SymbolicTensor])[] {
  if (layer.inboundNodes.length !== 1 || model.inputLayers.includes(layer)) return [];
  const { output } = layer;
  return Array.isArray(output) || ![2, 4].includes(output.shape.length) ? [] : [[layer.name, output]];
}

function chooseOutput(file: string, { outputs, outputNames }: tf.LayersModel, wanted: string | undefined): tf.SymbolicTensor {
  const place = wanted === undefined ? 0 : outputNames.indexOf(wanted);
  const output = outputs[place];
  if (output !== undefined && (wanted !== undefined || outputs.length === 1)) return output;
  throw teacherUnsuitable({ file, problem: `it has the outputs ${outputNames.join(", ")}${wanted === undefined ? "" : `, and none named ${wanted}`}`, expected: "one output, or the name of the one with a value for each class", fix: `name it: --set tfjs-model.output=${outputNames[0]}` });
}

/** What goes into the softmax that ends the model; undefined where it ends in none. */
function beforeSoftmax({ sourceLayer }: tf.SymbolicTensor): tf.SymbolicTensor | undefined {
  const name = sourceLayer.getClassName();
  const { activation } = sourceLayer.getConfig();
  const isSoftmax = activation === "softmax";
  const { input } = sourceLayer;
  if ((name === "Softmax" || (name === "Activation" && isSoftmax)) && !Array.isArray(input)) return input;
  if (name !== "Dense" || !isSoftmax) return undefined;
  // The layer itself computes its softmax: without it, its output is what would go in.
  const dense = sourceLayer as unknown as { activation: unknown };
  dense.activation = (tf.layers.activation({ activation: "linear" }) as unknown as typeof dense).activation;
  return sourceLayer.output as tf.SymbolicTensor;
}
