import { parseOptions, type DistillerSubject, type LossContext, type ModelDescription, type PreparedDistiller, type StateUpdate, type TensorLike, type Views } from "@kdf/core";
import { clone, createStreams, disposeAll, floats, inputGradients, integers, readNow, scope, startReferenceEngine, tensorCount, withRows, zeros } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { engineBank } from "./bank.js";
import { blockRows, contrast, drawnOf } from "./contrast.js";
import { ContrastiveRepresentationDistillation, options } from "./crd.js";
import { demandRoom } from "./demand-room.js";
import { Negatives } from "./negatives.js";

beforeAll(startReferenceEngine);

const numbers = (name: string, count: number): number[] => {
  const stream = createStreams(9).at(name);
  return Array.from({ length: count }, () => stream.normal());
};
const valueOf = (scalar: TensorLike): number => readNow(scalar)[0]!;

describe("negatives", () => {
  const labels = Int32Array.from([2, 0, 0, 3, 2, 0, 3, 2, 0, 2]);
  const others = (label: number): number[] => [0, 1, 2, 3].filter((one) => one !== label).flatMap((one) => [...labels.keys()].filter((row) => labels[row] === one));

  it("are what the stream chooses of the images of other classes, and so equally likely", () => {
    const negatives = new Negatives(labels, 4);
    const batch = Int32Array.of(0, 2, 3, 1, 0);
    for (const count of [1, 3, 6]) {
      const [first, again] = [0, 1].map(() => negatives.draw(batch, count, createStreams(3).at("draw")));
      const stream = createStreams(3).at("draw");
      const expected = [...batch].flatMap((label) => stream.choose(others(label).length, count).map((place) => others(label)[place]!));
      expect([...first!]).toEqual(expected);
      expect([...again!]).toEqual(expected);
    }
  });
});

/** The loss as published, in double precision. */
function published(embeddings: number[][], bank: number[][], own: readonly number[], negatives: number[][], constant: number, temperature: number): number {
  const noise = negatives[0]!.length / bank.length;
  const probability = (e: number[], row: number): number => Math.exp(e.reduce((sum, x, place) => sum + x * bank[row]![place]!, 0) / temperature) / constant;
  const rows = embeddings.map((e, image) => {
    const positive = probability(e, own[image]!);
    const against = negatives[image]!.map((row) => Math.log(noise / (probability(e, row) + noise + 1e-7)));
    return Math.log(positive / (positive + noise + 1e-7)) + against.reduce((sum, one) => sum + one, 0);
  });
  return -rows.reduce((sum, row) => sum + row, 0) / embeddings.length;
}

describe("contrast", () => {
  it("of equal scores is 10.709 in each direction, of 50,000 images and 16,384 negatives", () => {
    const [length, count] = [50_000, 16_384];
    const bank = zeros([length, 2]);
    const drawn = drawnOf(Int32Array.of(7), Int32Array.from({ length: count }, (_, place) => 10 + 3 * place), length);
    const embeddings = floats([0.6, 0.8], [1, 2]);
    const constant = floats([length], [1]);
    const loss = scope(() => contrast(embeddings, engineBank(bank), drawn, () => constant, 0.07));
    expect(valueOf(loss)).toBeCloseTo(10.709, 3);
    const noise = count / length + 1e-7;
    expect(valueOf(loss)).toBeCloseTo(Math.log(1 + length * noise) + count * Math.log((1 / length + noise) / (count / length)), 5);
    disposeAll([bank, embeddings, constant, loss]);
  });

  it("is the published formula, also of a bank of several blocks, and so is its gradient", () => {
    const length = blockRows + 1_000;
    const values = numbers("bank", 2 * length).map((x) => x / 2);
    const bank = Array.from({ length }, (_, row) => values.slice(2 * row, 2 * row + 2).map(Math.fround));
    const embeddings = [[0.6, 0.8], [1, 0], [-0.28, 0.96]];
    const own = [3, blockRows + 7, 5];
    // One image has all its negatives in the first block, one in the last.
    const negatives = [[9, 10, 11], [blockRows - 1, blockRows, 4], [blockRows + 999, blockRows + 1, blockRows + 2]];
    const tensors = { bank: floats(values, [length, 2]), constant: floats([90_000], [1]), embeddings: floats(embeddings.flat(), [3, 2]) };
    const drawn = drawnOf(Int32Array.from(own), Int32Array.from(negatives.flat()), length);
    const before = tensorCount();
    const { value, gradients } = inputGradients(([e]) => contrast(e!, engineBank(tensors.bank), drawn, () => tensors.constant, 0.3), [tensors.embeddings]);
    const expected = (moved: number[][]): number => published(moved, bank, own, negatives, 90_000, 0.3);
    expect(valueOf(value)).toBeCloseTo(expected(embeddings), 5);
    [...readNow(gradients[0]!)].forEach((part, place) => {
      const moved = (by: number): number[][] => embeddings.map((row, image) => row.map((x, axis) => (2 * image + axis === place ? x + by : x)));
      expect(part).toBeCloseTo((expected(moved(1e-5)) - expected(moved(-1e-5))) / 2e-5, 5);
    });
    disposeAll([value, ...gradients]);
    expect(tensorCount()).toBe(before);
    disposeAll(tensors);
  });
});

const model = (features: number): ModelDescription => ({
  network: "any", input: { size: 4, channels: 1, mean: [0], std: [1] }, classes: 3, taps: { pooled: [features] },
});
const splitLabels = Int32Array.from({ length: 12 }, (_, row) => row % 3);

const subject = (given: Partial<DistillerSubject> = {}): DistillerSubject => ({
  teacher: model(5),
  student: model(4),
  dataset: { classes: ["cat", "dog", "owl"], trainingSize: 12, labels: splitLabels },
  augmented: false,
  streams: createStreams(0),
  ...given,
});

const few = { negatives: 6, embeddingSize: 4 };
const prepare = async (given: object = {}, of: Partial<DistillerSubject> = {}): Promise<PreparedDistiller> =>
  new ContrastiveRepresentationDistillation(await parseOptions(options, { ...few, ...given }, "distiller crd")).prepare(subject(of));

/** The three images of a batch, as models see them. Owned by the caller. */
function batch(indices: readonly number[], state: PreparedDistiller["state"], at: { epoch: number; step: number }): { views: Views; context: LossContext } {
  const size = indices.length;
  const outputs = (features: number, name: string) => ({
    logits: floats(numbers(`${name}.logits`, 3 * size), [size, 3]),
    taps: { pooled: floats(numbers(`${name}.${indices.join()}`, features * size), [size, features]) },
  });
  const rows = { indices: Int32Array.from(indices), labels: Int32Array.from(indices, (index) => splitLabels[index]!) };
  return {
    views: { original: { teacher: outputs(5, "teacher"), student: outputs(4, "student") } },
    context: { labels: integers(rows.labels, [size]), indices: integers(rows.indices, [size]), rows, state, stage: "distill", ...at, position: { stage: 0, ...at } },
  };
}

/** Steps as the trainer takes them: terms, then the update. The contrast of each step and the state at the end. */
function train(prepared: PreparedDistiller, batches: readonly (readonly number[])[], start: PreparedDistiller["state"] = prepared.state, first = 0) {
  const state: Record<string, TensorLike> = Object.fromEntries(Object.entries(start).map(([name, tensor]) => [name, clone(tensor)]));
  const losses = batches.map((indices, step) => {
    const { views, context } = batch(indices, { ...state }, { epoch: 0, step: first + step });
    const terms = scope(() => prepared.losses(views, context) as never) as Record<string, TensorLike>;
    const contrasted = valueOf(terms["contrast.original"]!);
    const updates = scope(() => prepared.update!(views, context) as never) as Record<string, StateUpdate>;
    for (const [name, update] of Object.entries(updates)) {
      const onHost = prepared.hostState?.[name];
      if (onHost !== undefined && "rows" in update) {
        const [values, size] = [readNow(update.values), onHost.shape[1]!];
        readNow(update.rows).forEach((row, place) => onHost.values.set(values.subarray(place * size, (place + 1) * size), row * size));
      } else {
        const next = "value" in update ? clone(update.value) : withRows(state[name]!, update.rows, update.values);
        state[name]!.dispose();
        state[name] = next;
      }
      disposeAll(update as never);
    }
    disposeAll([terms, views as never, context.labels, context.indices]);
    return contrasted;
  });
  const values = { ...Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, [...readNow(tensor)]])), ...Object.fromEntries(Object.entries(prepared.hostState ?? {}).map(([name, { values: onHost }]) => [name, [...onHost]])) } as Record<string, number[]>;
  return { losses, values, state };
}

function dispose(prepared: PreparedDistiller, ...states: readonly Record<string, TensorLike>[]): void {
  Object.values(prepared.extras).forEach((extra) => extra.dispose());
  disposeAll([prepared.state as never, ...states]);
}

const batches = [[0, 4, 11], [1, 7], [5, 4, 0]];

describe("crd", () => {
  it("has 21.418 in total where nothing is known yet: banks of equal rows, constants of the first batch", async () => {
    const labels = Int32Array.from({ length: 50_000 }, (_, row) => row % 100);
    const classes = Array.from({ length: 100 }, (_, label) => String(label));
    const before = tensorCount();
    const prepared = await prepare(
      { negatives: 16_384, embeddingSize: 2 },
      { dataset: { classes, trainingSize: 50_000, labels }, student: { ...model(4), classes: 100 }, teacher: { ...model(5), classes: 100 } },
    );
    const equal = { studentBank: zeros([50_000, 2]), teacherBank: zeros([50_000, 2]), studentConstant: zeros([1]), teacherConstant: zeros([1]) };
    const { views, context } = batch([0, 4], equal, { epoch: 0, step: 0 });
    const terms = scope(() => prepared.losses(views, context) as never) as Record<string, TensorLike>;
    expect(valueOf(terms["contrast.original"]!)).toBeCloseTo(21.418, 3);
    disposeAll([terms, views as never, context.labels, context.indices]);
    dispose(prepared, equal);
    expect(tensorCount()).toBe(before);
  });

  it("fixes the constants at the first batch, and moves the rows of the batch halfway, to length 1", async () => {
    const prepared = await prepare();
    const initial = readNow(prepared.state["teacherBank"]!).slice();
    const once = train(prepared, batches.slice(0, 1));
    const thrice = train(prepared, batches);
    for (const name of ["studentConstant", "teacherConstant"]) {
      expect([...readNow(prepared.state[name]!)]).toEqual([0]);
      expect(once.values[name]![0]).toBeGreaterThan(0);
      expect(thrice.values[name]).toEqual(once.values[name]);
    }
    const bank = (values: ArrayLike<number>, row: number): number[] => Array.from(values).slice(4 * row, 4 * row + 4);
    for (let row = 0; row < 12; row += 1) {
      const seen = batches[0]!.includes(row);
      const [was, is] = [bank(initial, row), bank(once.values["teacherBank"]!, row)];
      if (seen) expect(Math.hypot(...is)).toBeCloseTo(1, 6);
      else expect(is).toEqual(was);
    }
    expect(Math.hypot(...bank(initial, 3))).not.toBeCloseTo(1, 2);
    dispose(prepared, once.state, thrice.state);
  });

  it("goes on from saved state as if it had not been interrupted, before and after the constants are set", async () => {
    const prepared = await prepare();
    const whole = train(prepared, batches);
    for (const cut of [0, 1, 2]) {
      const first = train(prepared, batches.slice(0, cut));
      const rest = train(prepared, batches.slice(cut), first.state, cut);
      expect([...first.losses, ...rest.losses]).toEqual(whole.losses);
      expect(rest.values).toEqual(whole.values);
      disposeAll([first.state, rest.state]);
    }
    dispose(prepared, whole.state);
  });

  it("has the same bits with its banks in the host's memory", async () => {
    const [engine, host] = [await prepare(), await prepare({ bank: "host" })];
    expect(Object.keys(host.state)).toEqual(["studentConstant", "teacherConstant"]);
    const [onEngine, onHost] = [train(engine, batches), train(host, batches)];
    expect(onHost.losses).toEqual(onEngine.losses);
    expect(onHost.values).toEqual(onEngine.values);
    dispose(engine, onEngine.state);
    dispose(host, onHost.state);
  });

  it("has the temperature of its profile or its own, and the published weights", async () => {
    const losses: number[] = [];
    for (const given of [{}, { temperature: 0.07 }, { profile: "paper" }, { profile: "code", temperature: 0.1 }]) {
      const prepared = await prepare(given);
      const { losses: [first], state } = train(prepared, batches.slice(0, 1));
      losses.push(first!);
      const at = { stage: "distill", epoch: 0, epochs: 1 };
      expect(prepared.stages[0]!.losses.map((term) => prepared.weight(term, at))).toEqual([1, 0.8]);
      dispose(prepared, state);
    }
    expect(losses[0]).toBe(losses[1]);
    expect(losses[2]).toBe(losses[3]);
    expect(losses[0]).not.toBe(losses[2]);
  });

  it("takes an embedding without a direction as it is", async () => {
    const prepared = await prepare();
    for (const extra of Object.values(prepared.extras)) {
      for (const parameter of extra.parameters().values()) {
        const nothing = zeros(parameter.value.shape);
        parameter.assign(nothing);
        nothing.dispose();
      }
    }
    const { losses, values, state } = train(prepared, batches);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(Object.values(values).flat().every(Number.isFinite)).toBe(true);
    dispose(prepared, state);
  });

  it("refuses more negatives than a class leaves, naming the class and the largest number that works", async () => {
    const labels = Int32Array.from([0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 2, 2]);
    const dataset = { classes: ["cat", "dog", "owl"], trainingSize: labels.length, labels };
    const before = tensorCount();
    await expect(prepare({ negatives: 8 }, { dataset })).rejects.toMatchObject({
      code: "KDF_DISTILLER_MISFIT",
      explanation: { happened: expect.stringMatching(/class owl leaves 7 images.*14.*crd\.negatives is 8/), fix: expect.stringContaining("--set crd.negatives=7") },
    });
    expect(tensorCount()).toBe(before);
    dispose(await prepare({ negatives: 7 }, { dataset }));
    const alone = { ...dataset, labels: new Int32Array(14) };
    await expect(prepare({ negatives: 1 }, { dataset: alone })).rejects.toMatchObject({ explanation: { expected: "images of at least two classes" } });
  });

  it("takes a class of which there are no images", async () => {
    const labels = Int32Array.from({ length: 12 }, (_, row) => (row % 2) * 2);
    dispose(await prepare({ negatives: 6 }, { dataset: { classes: ["cat", "dog", "owl"], trainingSize: 12, labels } }));
  });

  it("needs a teacher with pooled features and a student of the data set's classes", async () => {
    const { teacher: _, ...alone } = subject();
    const crd = new ContrastiveRepresentationDistillation(await parseOptions(options, few, "distiller crd"));
    for (const misfit of [alone, subject({ teacher: { ...model(5), taps: {} } }), subject({ student: { ...model(4), classes: 10 } })]) {
      expect(() => crd.prepare(misfit)).toThrow(expect.objectContaining({ code: "KDF_DISTILLER_MISFIT" }));
    }
  });
});

describe("room", () => {
  const refused = (happened: RegExp, fix: string) =>
    expect.objectContaining({ explanation: expect.objectContaining({ happened: expect.stringMatching(happened), fix: expect.stringContaining(fix) }) });
  const imagenet = [1_281_167, 128] as const;

  it("is enough for ImageNet's banks of 656 MB in 4 GiB, and on the host", () => {
    demandRoom(imagenet, "engine", { memory: 2 ** 32 }, 8e9);
    demandRoom(imagenet, "engine", {}, 1e9);
    demandRoom(imagenet, "host", { memory: 1e6, tensor: 1e6 }, 2e9);
  });

  it("is refused with the figures and the way out", () => {
    expect(() => demandRoom(imagenet, "engine", { memory: 15e8 }, 8e9)).toThrow(refused(/1281167 images 128 numbers each, take 1968 MB, and this engine holds at most 1500 MB/, "--set crd.bank=host; or --set crd.embeddingSize=97"));
    expect(() => demandRoom(imagenet, "engine", { tensor: 134_217_728 }, 8e9)).toThrow(refused(/take 656 MB, and a tensor of this engine has at most 135 MB/, "--set crd.bank=host"));
    expect(() => demandRoom(imagenet, "host", {}, 1e9)).toThrow(refused(/take 1312 MB, and this process may have at most 1000 MB/, "--set crd.embeddingSize=97,"));
    expect(() => demandRoom([3_000_000, 128], "host", {}, 64e9)).toThrow(refused(/take 3072 MB, and a checkpoint/, "--set crd.embeddingSize=89,"));
  });
});
