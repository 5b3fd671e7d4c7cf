import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Distiller, PreparedDistiller } from "@kdf/core";
import { decodeSafetensors, encodeSafetensors, type NamedArray } from "@kdf/nn";
import { createStreams, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { MemoryRegistry, pluginOf, testPlugins, TwoStage } from "@kdf/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { probeDistiller, type DistillerProbeOptions } from "./probe-distiller.js";

const folder = mkdtempSync(join(tmpdir(), "kdf-probe-"));
beforeAll(startReferenceEngine);
afterAll(() => rmSync(folder, { recursive: true }));

const floats = (shape: readonly number[], value = 0): NamedArray => {
  const length = shape.reduce((product, size) => product * size, 1);
  return { dtype: "F32", shape, data: Float32Array.from({ length }, (_, place) => value + place / length) };
};
const wholes = (...values: number[]): NamedArray => ({ dtype: "I32", shape: [values.length], data: Int32Array.from(values) });

/** Two images of three classes as two-stage reads them; the view turned is the student's alone. */
const complete: Readonly<Record<string, NamedArray>> = {
  labels: wholes(0, 2),
  "original.teacher.logits": floats([2, 3], 1),
  "original.student.logits": floats([2, 3]),
  "original.student.pooled": floats([2, 4]),
  "turned.student.logits": floats([2, 3]),
  "turned.student.pooled": floats([2, 4], 2),
};

const outFile = join(folder, "gradients.safetensors");
const never = (): number => {
  throw new Error("the run's epochs were asked for");
};

async function probe(
  tensors: Readonly<Record<string, NamedArray>>,
  options: Partial<DistillerProbeOptions> = {},
  runEpochs: () => number = never,
  distiller: Distiller = new TwoStage({ headEpochs: 1, memory: 0.5 }),
) {
  const inputsFile = join(folder, "inputs.safetensors");
  writeFileSync(inputsFile, encodeSafetensors(new Map(Object.entries(tensors)), {}));
  const registry = new MemoryRegistry([pluginOf("test", { distiller: { test: () => distiller } })]);
  const before = tensorCount();
  const result = await probeDistiller(registry, createStreams(0), "test", { inputsFile, epoch: 0, outFile, ...options }, runEpochs);
  expect(tensorCount()).toBe(before);
  return result;
}

const without = (...names: string[]) => Object.fromEntries(Object.entries(complete).filter(([name]) => !names.includes(name)));
const refused = (...problems: string[]) =>
  expect.objectContaining({ code: "KDF_PROBE_INPUT_INVALID", message: expect.stringMatching(problems.map((text) => text.replace(/[.[\]()]/g, "\\$&")).join("[^]*")) });

describe("the gradients that a distiller's probe writes", () => {
  it("are of every input of the student and every extra: zeros where no term reads it", async () => {
    await probe(complete, { stage: "head" });
    const { tensors } = decodeSafetensors(readFileSync(outFile), outFile);
    const students = Object.keys(complete).filter((name) => name.includes("student"));
    const gradients = [...tensors.keys()].filter((name) => name.startsWith("grad."));
    expect(gradients.sort()).toEqual(["extras.head.bias", "extras.head.weight", ...students].map((name) => `grad.${name}`).sort());
    for (const name of students) {
      const { shape, data } = tensors.get(`grad.${name}`)!;
      expect(shape).toEqual(complete[name]!.shape);
      expect([...data].some((value) => value !== 0)).toBe(name === "original.student.pooled");
    }
  });
});

describe("what else a distiller's probe writes and takes", () => {
  it("the state after the step: all of it, or its rows", async () => {
    await probe({ ...complete, indices: wholes(2, 0), "dataset.labels": wholes(0, 1, 2) }, { stage: "head" });
    const { tensors } = decodeSafetensors(readFileSync(outFile), outFile);
    const logits = [...complete["original.teacher.logits"]!.data].map(Number);
    const half = logits.map((value) => value / 2);
    // A memory of a half forgets zeros; the centre takes a tenth of the mean.
    const bank = [...half.slice(3), 0, 0, 0, ...half.slice(0, 3)];
    [...tensors.get("state.bank")!.data].forEach((value, place) => expect(value).toBeCloseTo(bank[place]!, 6));
    [...tensors.get("state.centre")!.data].forEach((value, place) => expect(value).toBeCloseTo((logits[place]! + logits[place + 3]!) / 20, 6));
  });

  it("extras in PyTorch's layout, and their gradients", async () => {
    const weight = (values: readonly number[]): NamedArray => ({ dtype: "F32", shape: [3, 4], data: Float32Array.from(values) });
    const bias = floats([3]);
    const row = [0.25, -1, 2, 0.5];
    const given = { ...complete, "extras.head.bias": { ...bias, data: new Float32Array(3) }, "extras.head.weight": weight([...row, ...Array<number>(8).fill(0)]) };
    const { terms } = await probe(given, { stage: "head" });
    // The first class alone has logits; the labels are 0 and 2.
    const pooled = [...complete["original.student.pooled"]!.data].map(Number);
    const scores = [pooled.slice(0, 4), pooled.slice(4)].map((features) => features.reduce((sum, value, place) => sum + value * row[place]!, 0));
    const logsum = scores.map((score) => Math.log(Math.exp(score) + 2));
    expect(terms["crossEntropy.head"]).toBeCloseTo((logsum[0]! - scores[0]! + logsum[1]!) / 2, 5);
    expect(decodeSafetensors(readFileSync(outFile), outFile).tensors.get("grad.extras.head.weight")!.shape).toEqual([3, 4]);
  });

  it("a combination, by the parts' names", async () => {
    const two = new TwoStage({ headEpochs: 1, memory: 0.5 });
    const registry = new MemoryRegistry([pluginOf("test", { distiller: { a: () => two, b: () => two } })]);
    const inputsFile = join(folder, "combined.safetensors");
    writeFileSync(inputsFile, encodeSafetensors(new Map(Object.entries(complete)), {}));
    const probing = probeDistiller(registry, createStreams(0), "a+b", { inputsFile, epoch: 0 }, never);
    await expect(probing).rejects.toMatchObject({ code: "KDF_DISTILLER_MISFIT", message: expect.stringContaining("a and b both make a view") });
  });
});

describe("a weight that depends on the epochs", () => {
  it("is told the run's", async () => {
    const terms = async (epoch: number, epochs: number) => {
      const { terms: raw, total } = await probe(complete, { stage: "distill", epoch }, () => epochs);
      const others = Object.entries(raw).filter(([name]) => name !== "distance.bank").reduce((sum, [, value]) => sum + value, 0);
      return { weight: (total - others) / raw["distance.bank"]! };
    };
    // two-stage weighs distance.bank by epoch / epochs.
    expect((await terms(2, 8)).weight).toBeCloseTo(0.25, 5);
    expect((await terms(6, 8)).weight).toBeCloseTo(0.75, 5);
  });

  it("is refused for an epoch that the stage does not have; a stage with epochs of its own does not ask", async () => {
    await expect(probe(complete, { stage: "distill", epoch: 8 }, () => 8)).rejects.toMatchObject({ code: "KDF_COMMAND_LINE_INVALID" });
    await probe(complete, { stage: "head" }, never);
  });
});

describe("what a distiller's probe refuses", () => {
  it.each([
    ["turned.student.pooled", "distill"],
    ["original.student.pooled", "head"],
    ["original.student.logits", "distill"],
  ])("no %s", async (name, stage) => {
    await expect(probe(without(name), { stage })).rejects.toThrow(refused("no", name));
  });

  it("a view without the teacher that sees it", async () => {
    const augmented = { "augmented.student.logits": floats([2, 3]), "augmented.student.pooled": floats([2, 4]) };
    await expect(probe({ ...complete, ...augmented }, { stage: "distill" })).rejects.toThrow(refused("no augmented.teacher.logits"));
  });

  it("takes one stage's views where another is probed", async () => {
    await probe(without("turned.student.logits", "turned.student.pooled"), { stage: "head" });
  });

  it.each([
    ["a view", { "orignal.student.logits": floats([2, 3]) }, ["no view orignal", "original"]],
    ["an extra", { "extras.hed.weight": floats([3, 4]) }, ["no extras.hed.weight", "extras.head.weight"]],
    ["a state", { "state.bnk": floats([2, 3]) }, ["no state.bnk", "state.bank"]],
    ["a name", { label: wholes(0, 1) }, ["no label", "labels"]],
    ["an extra's shape", { "extras.head.weight": floats([2, 3]) }, ["extras.head.weight has the shape"]],
    ["a state's shape", { "state.bank": floats([5, 3]) }, ["state.bank has the shape [5,3]", "[2,3]"]],
    ["labels out of range", { labels: wholes(0, 3) }, ["labels holds 3", "0 to 2"]],
    ["labels of another batch", { labels: wholes(0, 1, 2) }, ["labels has 3 rows"]],
    ["indices beyond the split", { indices: wholes(0, 4), "dataset.labels": wholes(0, 1, 2) }, ["indices holds 4"]],
    ["other classes", { "original.teacher.logits": floats([2, 4]) }, ["4 classes"]],
    ["rows within a view", { "turned.student.pooled": floats([3, 4]) }, ["turned.student"]],
  ])("%s that does not exist or fit", async (_, tensors, problems) => {
    await expect(probe({ ...complete, ...(tensors as Record<string, NamedArray>) }, { stage: "head" })).rejects.toThrow(refused(...problems));
  });

  it("reads state where it fits", async () => {
    const total = async (value: number) => (await probe({ ...complete, "state.centre": floats([3], value) }, { stage: "distill" }, () => 1)).terms["distance.bank"]!;
    expect(await total(5)).not.toBe(await total(0));
  });
});

describe("a distiller that fails", () => {
  it.each(["prepare", "losses", "weight"])("in %s is named", async (hook) => {
    const registry = new MemoryRegistry([testPlugins["faulty-distiller"]], { options: { "faulty-distiller": { hook } } });
    const tensors = { ...without("original.teacher.logits", "turned.student.logits", "turned.student.pooled"), "copy.student.logits": floats([2, 3]) };
    const distiller = await registry.create("distiller", "faulty-distiller");
    const { "original.student.pooled": _, ...read } = tensors as Record<string, NamedArray>;
    const threw = { code: "KDF_PLUGIN_THREW", message: expect.stringContaining(`distiller test failed in ${hook}`) };
    await expect(probe(read, {}, () => 1, distiller)).rejects.toMatchObject(threw);
  });

  it("with terms of other names than its stage's is named", async () => {
    const prepared = new TwoStage({ headEpochs: 1, memory: 0.5 });
    const wrong: Distiller = {
      prepare: (subject): PreparedDistiller => ({ ...prepared.prepare(subject), losses: () => ({}) }),
    };
    await expect(probe(complete, {}, never, wrong)).rejects.toMatchObject({ code: "KDF_PLUGIN_RETURNED" });
  });
});
