import {
  commandLineInvalid,
  type DistillerSubject,
  type ExtensionRegistry,
  type LossContext,
  type ModelDescription,
  type PreparedDistiller,
  type Stage,
  type Streams,
  type TensorLike,
  type Views,
} from "@kdf/core";
import { assignStored, readStored, storedShape, type NamedArray, type StoredArray } from "@kdf/nn";
import { add, clone, keep, multiply, Parameter, read, valueAndGradients, zeros } from "@kdf/tensor";
import { extrasOf } from "../check-fit.js";
import { createDistiller } from "../create-distiller.js";
import { callHook, callTensorHook, demandReturned, type HookSite } from "../hook.js";
import { applyStateUpdates } from "../state-updates.js";
import { ProbeInputs, readArray, toIntegers, toTensor, writeArrays } from "./inputs.js";
import { RecordedOutputs } from "./recorded-outputs.js";

export interface DistillerProbe {
  readonly terms: Readonly<Record<string, number>>;
  readonly total: number;
}

export interface DistillerProbeOptions {
  readonly inputsFile: string;
  /** The first stage unless given. */
  readonly stage?: string;
  /** From 0, within the stage. */
  readonly epoch: number;
  /** Where `grad.<input>` goes, and what the step changes beside weights. */
  readonly outFile?: string;
}

/**
 * One distiller, or a combination (`crd+kd`), on recorded outputs: `labels` [B], `indices` [B], `<view>.<role>.logits` [B,K],
 * `<view>.<role>.<tap>`, `extras.<parameter>` in PyTorch's layout, `state.<name>`, `dataset.labels` [N] for a distiller
 * that draws from the training split, and `teacher.norms.<tap>.weight` and `.bias` [C] for one that reads the batch norms
 * behind the teacher's maps. Gradients are of the weighted total, in every input of the student and
 * every extra that can train, zeros where no term reads it. Beside them stand the state after the step's `update`, under
 * `state.<name>`, and running statistics of extras. `runEpochs` is asked when a weight depends on the epochs of a stage
 * that has none of its own.
 */
export async function probeDistiller(
  registry: ExtensionRegistry,
  streams: Streams,
  id: string,
  options: DistillerProbeOptions,
  runEpochs: () => number,
): Promise<DistillerProbe> {
  const distiller = await createDistiller(id, registry);
  const inputs = new ProbeInputs(options.inputsFile);
  const labels = inputs.numbers("labels", "[B]");
  const outputs = new RecordedOutputs(inputs);
  const [teacher, student] = [outputs.describe("teacher"), outputs.describe("student")];
  if (student === undefined) throw inputs.invalid("it has no outputs of the student", "<view>.student.logits [B,K]");
  demandWithin(inputs, "labels", labels, student.classes);
  const { indices, datasetLabels } = rowsOf(inputs, labels);
  const norms = teacher && recordedNorms(inputs, teacher);
  const site = (hook: string): HookSite => ({ plugin: `distiller ${id}`, hook, where: "probe" });
  const prepared = callHook(site("prepare"), () =>
    distiller.prepare({
      ...(teacher && { teacher }),
      ...(norms && { teacherNorms: norms }),
      student,
      dataset: {
        classes: Array.from({ length: student.classes }, (_, label) => String(label)),
        trainingSize: datasetLabels.length,
        labels: datasetLabels,
      },
      augmented: outputs.views.includes("augmented"),
      streams,
    }),
  );
  const owned: { dispose(): void }[] = [...Object.values(prepared.extras), ...Object.values(prepared.state)];
  const own = <T extends { dispose(): void }>(thing: T): T => {
    owned.push(thing);
    return thing;
  };
  try {
    const stage = chooseStage(inputs, prepared, options);
    outputs.demandStage(prepared, stage);
    demandKnownNames(inputs, prepared, outputs, Object.keys(norms ?? {}));
    const extras = assignExtras(inputs, prepared);
    const state = Object.fromEntries(
      Object.entries(prepared.state).map(([name, initial]) => [name, inputs.has(`state.${name}`) ? own(readState(inputs, name, initial)) : initial]),
    );
    for (const [name, onHost] of Object.entries(prepared.hostState ?? {})) {
      if (inputs.has(`state.${name}`)) onHost.values.set(Float32Array.from(stateArray(inputs, name, onHost.shape).data as Iterable<number>));
    }
    const tensors = new Map(outputs.all.map(({ name }) => [name, own(toTensor(inputs.arrays.get(name)!))]));
    const trained = new Map<string, Parameter>();
    for (const { name, role } of outputs.all) if (role === "student") trained.set(name, own(new Parameter(tensors.get(name)!)));
    for (const [name, parameter] of extras) if (parameter.trainable) trained.set(`extras.${name}`, parameter as Parameter);
    const views = outputs.assemble((name) => trained.get(name)?.value ?? tensors.get(name)!, stage);
    const context: LossContext = {
      labels: own(toIntegers(labels)),
      indices: own(toIntegers(indices)),
      rows: { labels, indices },
      state,
      stage: stage.id,
      epoch: options.epoch,
      step: 0,
      position: { stage: prepared.stages.indexOf(stage), epoch: options.epoch, step: 0 },
    };
    const at = {
      stage: stage.id,
      epoch: options.epoch,
      get epochs() {
        return epochsOf(stage, options.epoch, runEpochs);
      },
    };
    let terms: Readonly<Record<string, TensorLike>> = {};
    const { value, gradients } = valueAndGradients(() => {
      terms = callHook(site("losses"), () => prepared.losses(views, context));
      demandTerms(site("losses"), terms, stage);
      for (const term of Object.values(terms)) own(keep(term));
      return Object.entries(terms)
        .map(([term, raw]): TensorLike => multiply(raw, callHook(site("weight"), () => prepared.weight(term, at))))
        .reduce((sum, term) => add(sum, term));
    }, trained);
    own(value);
    gradients.forEach(own);
    if (options.outFile !== undefined) {
      const arrays = new Map<string, NamedArray>();
      for (const [name, parameter] of trained) arrays.set(`grad.${name}`, await readStored(parameter, gradients.get(name) ?? own(zeros(parameter.shape))));
      for (const [name, parameter] of extras) if (!parameter.trainable) arrays.set(`extras.${name}`, await readStored(parameter));
      for (const [name, array] of await updatedState(site("update"), prepared, views, context)) arrays.set(`state.${name}`, array);
      writeArrays(options.outFile, arrays);
    }
    const numbers: Record<string, number> = {};
    for (const [name, term] of Object.entries(terms)) numbers[name] = (await read(term))[0]!;
    return { terms: numbers, total: (await read(value))[0]! };
  } finally {
    for (const thing of new Set(owned)) thing.dispose();
  }
}

/** What `update` makes of the state that it changes. State on the host is changed in its place. */
async function updatedState(site: HookSite, prepared: PreparedDistiller, views: Views, context: LossContext): Promise<ReadonlyMap<string, NamedArray>> {
  if (prepared.update === undefined) return new Map();
  const updates = callTensorHook(site, () => prepared.update!(views, context));
  const changed = Object.keys(updates);
  const state = new Map(changed.flatMap((name): [string, TensorLike][] => (name in context.state ? [[name, clone(context.state[name]!)]] : [])));
  const { hostState = {} } = prepared;
  await applyStateUpdates(site, state, hostState, updates);
  const arrays = new Map<string, NamedArray>();
  for (const [name, tensor] of state) {
    arrays.set(name, await readArray(tensor));
    tensor.dispose();
  }
  for (const name of changed) if (hostState[name] !== undefined) arrays.set(name, { dtype: "F32", shape: hostState[name].shape, data: hostState[name].values });
  return arrays;
}

/** Where the batch's rows stand in the training split, and the split's labels: of a split that ends with the last of them. */
function rowsOf(inputs: ProbeInputs, labels: Int32Array): { readonly indices: Int32Array; readonly datasetLabels: Int32Array } {
  inputs.commonRows(["labels", "indices"]);
  const indices = inputs.has("indices") ? inputs.numbers("indices", "[B]") : Int32Array.from(labels.keys());
  if (!inputs.has("dataset.labels")) {
    demandWithin(inputs, "indices", indices, Infinity);
    return { indices, datasetLabels: new Int32Array(indices.reduce((most, index) => Math.max(most, index + 1), 0)) };
  }
  const datasetLabels = inputs.numbers("dataset.labels", "[N]");
  demandWithin(inputs, "indices", indices, datasetLabels.length);
  return { indices, datasetLabels };
}

/** The batch norms behind the teacher's maps, as far as the file has both of their parameters. */
function recordedNorms(inputs: ProbeInputs, { taps }: ModelDescription): DistillerSubject["teacherNorms"] {
  const part = (name: string): Float32Array => Float32Array.from(inputs.get(name, "[C]").data as Iterable<number>);
  const named = Object.keys(taps).filter((tap) => inputs.has(`teacher.norms.${tap}.weight`));
  if (named.length === 0) return undefined;
  return Object.fromEntries(named.map((tap) => [tap, { weight: part(`teacher.norms.${tap}.weight`), bias: part(`teacher.norms.${tap}.bias`) }]));
}

function demandWithin(inputs: ProbeInputs, name: string, values: Int32Array, end: number): void {
  const outside = values.find((value) => value < 0 || value >= end);
  if (outside === undefined) return;
  throw inputs.invalid(`${name} holds ${outside}`, end === Infinity ? `${name} from 0` : `${name} from 0 to ${end - 1}`);
}

function chooseStage(inputs: ProbeInputs, { stages }: PreparedDistiller, { stage: wanted }: DistillerProbeOptions): Stage {
  const stage = wanted === undefined ? stages[0] : stages.find(({ id }) => id === wanted);
  if (stage === undefined) {
    throw inputs.invalid(`the distiller has no stage ${wanted}`, `--stage ${stages.map(({ id }) => id).join(" or ")}`);
  }
  return stage;
}

function epochsOf(stage: Stage, epoch: number, runEpochs: () => number): number {
  const epochs = stage.epochs ?? runEpochs();
  if (epoch < epochs) return epochs;
  throw commandLineInvalid({
    problem: `--epoch ${epoch} counts from 0, and the stage ${stage.id} has ${epochs} epochs.`,
    command: "probe",
  });
}

function demandKnownNames(inputs: ProbeInputs, prepared: PreparedDistiller, outputs: RecordedOutputs, norms: readonly string[]): void {
  const outputNames = new Set(outputs.all.map(({ name }) => name));
  const known = [
    ...["labels", "indices", "dataset.labels"],
    ...norms.flatMap((tap) => [`teacher.norms.${tap}.weight`, `teacher.norms.${tap}.bias`]),
    ...[...extrasOf(prepared).keys()].map((name) => `extras.${name}`),
    ...Object.keys({ ...prepared.state, ...prepared.hostState }).map((name) => `state.${name}`),
  ];
  const unknown = [...inputs.arrays.keys()].find((name) => !outputNames.has(name) && !known.includes(name));
  if (unknown === undefined) return;
  throw inputs.invalid(`the distiller knows no ${unknown}`, `outputs as <view>.<role>.logits, and ${known.join(", ")}`);
}

function assignExtras(inputs: ProbeInputs, prepared: PreparedDistiller): ReturnType<typeof extrasOf> {
  const extras = extrasOf(prepared);
  for (const [key, parameter] of extras) {
    const array = inputs.arrays.get(`extras.${key}`);
    if (array === undefined) continue;
    const shape = storedShape(parameter);
    if (array.shape.join() !== shape.join()) {
      throw inputs.invalid(`extras.${key} has the shape [${array.shape.join(",")}]`, `extras.${key} [${shape.join(",")}]`);
    }
    assignStored(parameter, array);
  }
  return extras;
}

function readState(inputs: ProbeInputs, name: string, initial: TensorLike): TensorLike {
  return toTensor(stateArray(inputs, name, initial.shape), initial.dtype);
}

function stateArray(inputs: ProbeInputs, name: string, shape: readonly number[]): StoredArray {
  const array = inputs.arrays.get(`state.${name}`)!;
  if (array.shape.join() !== shape.join()) {
    throw inputs.invalid(
      `state.${name} has the shape [${array.shape.join(",")}]`,
      `state.${name} [${shape.join(",")}], for a training split as dataset.labels [N] has it`,
    );
  }
  return array;
}

function demandTerms(site: HookSite, terms: Readonly<Record<string, TensorLike>>, stage: Stage): void {
  const [got, expected] = [Object.keys(terms), stage.losses].map((names) => [...names].sort().join(", "));
  demandReturned(site, got === expected && got !== "", `the terms ${got}`, `the stage's terms ${expected}`);
  for (const [name, { shape }] of Object.entries(terms)) {
    demandReturned(site, shape.length === 0, `${name} of shape [${shape.join(",")}]`, "scalars");
  }
}
