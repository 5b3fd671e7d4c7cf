import type { Model, Network, RandomStream } from "@kdf/core";
import { loadStateDict, stateDict, type StoredArray, type Weight } from "@kdf/nn";
import cifarZoo from "@kdf/plugin-cifar-zoo";
import imagenetZoo from "@kdf/plugin-imagenet-zoo";
import {
  add,
  crossEntropy,
  disposeAll,
  floats,
  integers,
  keep,
  read,
  slice,
  tensorCount,
  valueAndGradients,
  type Parameter,
  type Tensor,
} from "@kdf/tensor";
import { expect, test } from "vitest";
import { parameter, sketch, uniform } from "./generator.js";
import { expectParity, Fixture } from "./parity.js";

interface Entry {
  readonly shape: readonly number[];
  /** What an error is relative to. */
  readonly scale: number;
  readonly float32Error: number;
}

interface Case {
  readonly mode: "train" | "evaluate";
  readonly size: number;
  readonly channels: number;
  readonly groups: readonly number[];
  /** The name that the images are made from. */
  readonly input: string;
  readonly labels: readonly number[];
  readonly loss: { readonly reference: number; readonly float32Error: number };
  readonly logits: Entry;
  readonly taps: readonly Entry[];
  readonly preactivations?: readonly Entry[];
  readonly gradients?: readonly (Entry & { readonly name: string })[];
  readonly statistics?: readonly (Entry & { readonly name: string })[];
  readonly batchesTracked?: number;
}

interface Cases {
  readonly classes: number;
  /** Of the weights: see generator.ts. */
  readonly openBiases?: boolean;
  readonly cases: Readonly<Record<string, Case>>;
}

const inputScale = 1.75;

/** Where the fixtures of each zoo lie. */
const zoos = [
  { networks: cifarZoo.provides.network!, folder: "networks" },
  { networks: imagenetZoo.provides.network!, folder: "../torchvision/networks" },
];

/** A test for each case of the fixture (or for those named): outputs, and in training gradients and running statistics. */
export function networkTests(id: string, only?: readonly string[]): void {
  const { networks, folder } = zoos.find((zoo) => Object.hasOwn(zoo.networks, id))!;
  const fixture = new Fixture<Cases>(`${folder}/${id}.safetensors`);
  const cases = Object.entries(fixture.about.cases).filter(([name]) => only?.includes(name) ?? true);
  if (only !== undefined) expect(cases.map(([name]) => name).sort()).toEqual([...only].sort());
  test.each(cases)(`${id}: %s`, async (name, about) => {
    const before = tensorCount();
    const model = build(id, networks[id]!.create({}, undefined as never) as Network, about, fixture.about);
    const shape = [about.labels.length, about.size, about.size, about.channels];
    const images = floats(uniform(about.input, shape, inputScale), shape);
    const loaded = tensorCount();
    await (about.mode === "train" ? trained : evaluated)(fixture, name, about, model, images);
    expect(tensorCount(), "tensors left behind").toBe(loaded);
    disposeAll(images);
    model.dispose();
    expect(tensorCount(), "tensors of the model left behind").toBe(before);
  });
}

function build(id: string, network: Network, { size, channels }: Case, { classes, openBiases }: Cases): Model {
  const perChannel = Array<number>(channels).fill(0);
  const model = network.build({ input: { size, channels, mean: perChannel, std: perChannel }, classes }, noDraws);
  loadStateDict(model, weightsOf(model, openBiases), id);
  return model;
}

/** Drawing millions of weights that are overwritten at once would be most of these tests' time. */
const noDraws = { uniform: () => 0, normal: () => 0 } as RandomStream;

/** The fixture's weights by name. That the names are PyTorch's shows in the comparison: other names, other weights. */
function weightsOf(model: Model, openBiases = false): Map<string, StoredArray> {
  const weights = new Map<string, StoredArray>();
  for (const [name, { value, layout }] of model.parameters() as ReadonlyMap<string, Weight>) {
    if (name.endsWith("num_batches_tracked")) continue;
    const shape = layout.referenceShape(value.shape);
    weights.set(name, { dtype: "F32", shape, data: parameter(name, shape, openBiases) });
  }
  return weights;
}

const evaluated = async (fixture: Fixture<Cases>, name: string, about: Case, model: Model, images: Tensor): Promise<void> => {
  const { logits, taps } = model.forward(images, { training: false, taps: Object.keys(model.description.taps) });
  await expectOutputs(fixture, name, about, logits as Tensor, taps as Record<string, Tensor>);
  const shapes = Object.entries(taps).map(([tap, { shape }]) => [tap, shape.slice(1)]);
  expect(Object.fromEntries(shapes)).toEqual(model.description.taps);
  disposeAll([logits, ...Object.values(taps)]);
};

const trained = async (fixture: Fixture<Cases>, name: string, about: Case, model: Model, images: Tensor): Promise<void> => {
  const parameters = model.parameters() as ReadonlyMap<string, Weight>;
  const trainable = new Map([...parameters].filter(([, weight]) => weight.trainable)) as Map<string, Parameter>;
  let logits: Tensor | undefined;
  let taps: Record<string, Tensor> = {};
  const { value, gradients } = valueAndGradients(() => {
    const outputs = model.forward(images, {
      training: true,
      normGroups: about.groups,
      taps: Object.keys(model.description.taps),
    });
    logits = keep(outputs.logits as Tensor);
    taps = Object.fromEntries(Object.entries(outputs.taps).map(([tap, map]) => [tap, keep(map as Tensor)]));
    return lossOf(logits, about);
  }, trainable);
  // Engines on a GPU are read only outside of what they compute.
  await expectOutputs(fixture, name, about, logits!, taps);
  disposeAll([logits!, ...Object.values(taps)]);
  expectParity("loss", await read(value), [about.loss.reference], about.loss.float32Error);

  // In PyTorch's layout, by the model's own way out.
  const stored = await stateDict({
    parameters: () => new Map([...gradients].map(([key, gradient]) => [key, asWeight(gradient, parameters.get(key)!)])),
    dispose: () => undefined,
  });
  expectSketches(fixture, `${name}.gradients`, about.gradients!, (key) => stored.get(key)!);
  disposeAll([value, ...gradients.values()]);

  const after = await stateDict(model);
  expectSketches(fixture, `${name}.statistics`, about.statistics!, (key) => after.get(key)!);
  for (const [key, { data }] of after) {
    if (key.endsWith("num_batches_tracked")) expect([key, data[0]]).toEqual([key, about.batchesTracked]);
  }
  expect([...stored.keys()].sort()).toEqual(about.gradients!.map((entry) => entry.name).sort());
  const tracked = [...after.keys()].filter((key) => key.includes("running_"));
  expect(tracked.sort()).toEqual(about.statistics!.map((entry) => entry.name).sort());
};

const asWeight = (value: Tensor, { layout, trainable }: Weight) => ({ value, layout, trainable, assign: () => undefined });

/** The sum over views of each view's mean. */
function lossOf(logits: Tensor, { groups, labels }: Case): Tensor {
  let first = 0;
  const losses = groups.map((rows) => {
    const view = slice(logits, [first, 0], [rows, -1]);
    const loss = crossEntropy(view, integers(labels.slice(first, first + rows), [rows]));
    first += rows;
    return loss;
  });
  return losses.reduce((total, loss) => add(total, loss));
}

async function expectOutputs(fixture: Fixture<Cases>, name: string, about: Case, logits: Tensor, taps: Readonly<Record<string, Tensor>>): Promise<void> {
  const { shape, data } = fixture.array(`${name}.logits`);
  expect(logits.shape).toEqual(shape);
  expectParity("logits", await read(logits), data, about.logits.float32Error);
  const preactivations = Object.keys(taps).filter((tap) => tap.endsWith("Preactivation"));
  const maps = Object.keys(taps).filter((tap) => !tap.endsWith("Preactivation"));
  const arrays = (names: readonly string[]) => Promise.all(names.map(async (tap) => ({ name: tap, shape: taps[tap]!.shape, data: await read(taps[tap]!) })));
  const compare = async (kind: string, names: readonly string[], entries: readonly Entry[]): Promise<void> => {
    expect(names.length, kind).toBe(entries.length);
    const found = await arrays(names);
    const described = entries.map((entry, place) => ({ ...entry, name: names[place]! }));
    expectSketches(fixture, `${name}.${kind}`, described, (tap) => found.find((array) => array.name === tap)!);
  };
  await compare("taps", maps, about.taps);
  if (about.preactivations !== undefined) await compare("preactivations", preactivations, about.preactivations);
}

/** The fixture holds a sketch of each: the difference of sketches has, in expectation, the norm of the difference. */
function expectSketches(
  fixture: Fixture<Cases>,
  tensor: string,
  entries: readonly (Entry & { readonly name: string })[],
  ours: (name: string) => { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
): void {
  const { shape, data } = fixture.array(tensor);
  const buckets = shape[1]!;
  entries.forEach(({ name, shape: expected, scale, float32Error }, place) => {
    const found = ours(name);
    expect(found.shape, `shape of ${tensor}, ${name}`).toEqual(expected);
    const sketched = sketch(found.data, buckets);
    const reference = data.subarray(place * buckets, (place + 1) * buckets);
    const difference = Math.hypot(...sketched.map((value, bucket) => value - reference[bucket]!));
    expect(difference / scale, `relative error of ${tensor}, ${name}`).toBeLessThanOrEqual(Math.max(1e-5, 3 * float32Error));
  });
}
