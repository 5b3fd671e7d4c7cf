import type {
  ExtensionRegistry,
  ModelDescription,
  ModelOutputs,
  PreparedDistiller,
  Role,
  Stage,
  Streams,
  TensorLike,
  Views,
} from "@kdf/core";
import { add, disposeAll, keep, multiply, Parameter, read, valueAndGradients } from "@kdf/tensor";
import { callHook } from "../hook.js";
import { extrasOf } from "../prepare-run.js";
import { ProbeInputs, toIntegers, toTensor, writeTensors } from "./inputs.js";

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
  /** Where `grad.<input>` goes. */
  readonly outFile?: string;
}

/**
 * One distiller on recorded outputs: `labels` [B], `indices` [B], `<view>.<role>.logits` [B,K],
 * `<view>.<role>.<tap>`, `extras.<parameter>`, `state.<name>`, and `dataset.labels` [N] for a distiller that draws
 * from the training split. Gradients are of the weighted total, in every input of the student and every extra.
 */
export async function probeDistiller(
  registry: ExtensionRegistry,
  streams: Streams,
  id: string,
  options: DistillerProbeOptions,
): Promise<DistillerProbe> {
  const distiller = await registry.create("distiller", id);
  const inputs = new ProbeInputs(options.inputsFile);
  const recorded = recordedOutputs(inputs);
  const labels = inputs.numbers("labels", "[B]");
  const indices = inputs.has("indices") ? inputs.numbers("indices", "[B]") : Int32Array.from(labels.keys());
  const datasetLabels = inputs.has("dataset.labels")
    ? inputs.numbers("dataset.labels", "[N]")
    : new Int32Array(Math.max(...indices) + 1);
  const teacher = describe(inputs, recorded, "teacher");
  const student = describe(inputs, recorded, "student");
  if (student === undefined) throw inputs.invalid("it has no outputs of the student", "<view>.student.logits [B,K]");
  const prepared = distiller.prepare({
    ...(teacher && { teacher }),
    student,
    dataset: {
      classes: Array.from({ length: student.classes }, (_, label) => String(label)),
      trainingSize: datasetLabels.length,
      labels: datasetLabels,
    },
    augmented: recorded.some((output) => output.view === "augmented"),
    streams,
  });
  const stage = chooseStage(inputs, prepared, options.stage);
  const extras = extrasOf(prepared);
  const state = new Map(Object.entries(prepared.state));
  for (const [name, array] of inputs.arrays) {
    const [section, ...rest] = name.split(".");
    const key = rest.join(".");
    if (section === "extras") assignExtra(inputs, extras.get(key), name);
    if (section === "state") {
      state.get(key)?.dispose();
      state.set(key, toTensor(array));
    }
  }

  const trained = new Map<string, Parameter>();
  const outputs = new Map<string, TensorLike>();
  for (const output of recorded) {
    const tensor = toTensor(inputs.arrays.get(output.name)!);
    if (output.role === "teacher") outputs.set(output.name, tensor);
    else {
      trained.set(output.name, new Parameter(tensor));
      tensor.dispose();
    }
  }
  for (const [name, parameter] of extras) if (parameter.trainable) trained.set(`extras.${name}`, parameter as Parameter);
  const views = assemble(recorded, (name) => outputs.get(name) ?? trained.get(name)!.value, stage);
  const labelTensor = toIntegers(labels);
  const indexTensor = toIntegers(indices);
  let terms: Readonly<Record<string, TensorLike>> = {};
  const { value, gradients } = valueAndGradients(() => {
    const context = { labels: labelTensor, indices: indexTensor, state: Object.fromEntries(state), stage: stage.id, epoch: options.epoch, step: 0 };
    terms = callHook({ plugin: `distiller ${id}`, hook: "losses", where: "probe" }, () => prepared.losses(views, context));
    Object.values(terms).forEach(keep);
    const at = { stage: stage.id, epoch: options.epoch, epochs: stage.epochs ?? options.epoch + 1 };
    return Object.entries(terms)
      .map(([term, raw]): TensorLike => multiply(raw, prepared.weight(term, at)))
      .reduce((sum, term) => add(sum, term));
  }, trained);
  const numbers: Record<string, number> = {};
  for (const [name, term] of Object.entries(terms)) numbers[name] = (await read(term))[0]!;
  const total = (await read(value))[0]!;
  if (options.outFile !== undefined) {
    await writeTensors(options.outFile, Object.fromEntries([...gradients].map(([name, gradient]) => [`grad.${name}`, gradient])));
  }
  disposeAll([value, labelTensor, indexTensor, ...gradients.values(), ...outputs.values(), ...state.values(), ...Object.values(terms)]);
  for (const [name, parameter] of trained) if (!name.startsWith("extras.")) parameter.dispose();
  Object.values(prepared.extras).forEach((extra) => extra.dispose());
  return { terms: numbers, total };
}

interface RecordedOutput {
  readonly name: string;
  readonly view: string;
  readonly role: Role;
  /** `logits` or the name of a tap. */
  readonly output: string;
}

function recordedOutputs(inputs: ProbeInputs): RecordedOutput[] {
  return [...inputs.arrays.keys()].flatMap((name) => {
    const match = /^([^.]+)\.(teacher|student)\.(.+)$/.exec(name);
    return match === null ? [] : [{ name, view: match[1]!, role: match[2] as Role, output: match[3]! }];
  });
}

function describe(inputs: ProbeInputs, recorded: readonly RecordedOutput[], role: Role): ModelDescription | undefined {
  const own = recorded.filter((output) => output.role === role);
  const logits = own.find((output) => output.output === "logits");
  if (logits === undefined) return undefined;
  const classes = inputs.get(logits.name, "[B,K]").shape[1]!;
  const taps = own
    .filter((output) => output.output !== "logits")
    .map((output) => [output.output, inputs.arrays.get(output.name)!.shape.slice(1)] as const);
  return {
    network: "recorded",
    input: { size: 0, channels: 0, mean: [], std: [] },
    classes,
    taps: Object.fromEntries(taps),
  };
}

function chooseStage(inputs: ProbeInputs, prepared: PreparedDistiller, wanted: string | undefined): Stage {
  const stage = wanted === undefined ? prepared.stages[0] : prepared.stages.find(({ id }) => id === wanted);
  if (stage === undefined) {
    throw inputs.invalid(`the distiller has no stage ${wanted}`, `--stage ${prepared.stages.map(({ id }) => id).join(" or ")}`);
  }
  return stage;
}

function assignExtra(inputs: ProbeInputs, parameter: { assign(value: TensorLike): void } | undefined, name: string): void {
  if (parameter === undefined) throw inputs.invalid(`the distiller has no ${name}`, "extras that it declares");
  const value = toTensor(inputs.arrays.get(name)!);
  parameter.assign(value);
  value.dispose();
}

function assemble(recorded: readonly RecordedOutput[], tensor: (name: string) => TensorLike, stage: Stage): Views {
  const views: Record<string, Partial<Record<Role, ModelOutputs>>> = {};
  for (const view of stage.views) {
    views[view] = {};
    for (const role of ["teacher", "student"] as const) {
      const own = recorded.filter((output) => output.view === view && output.role === role);
      const logits = own.find(({ output }) => output === "logits");
      if (logits === undefined) continue;
      const taps = own.filter(({ output }) => output !== "logits").map(({ name, output }) => [output, tensor(name)] as const);
      views[view][role] = { logits: tensor(logits.name), taps: Object.fromEntries(taps) };
    }
  }
  return views;
}
