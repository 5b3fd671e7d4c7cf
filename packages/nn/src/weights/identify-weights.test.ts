import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Network } from "@kdf/core";
import { createStreams, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTeacher } from "../open-teacher.js";
import { encodeSafetensors, type NamedArray } from "../safetensors.js";
import { stateDict } from "../state-dict.js";
import { dull, dullInput, DullNetwork } from "../testing/dull-network.js";
import { identifyWeights, type NetworkSource } from "./identify-weights.js";
import { readWeights } from "./read-weights.js";

const directory = mkdtempSync(join(tmpdir(), "kdf-identify-"));
afterAll(() => rmSync(directory, { recursive: true }));
beforeAll(async () => void (await startReferenceEngine()));

/** Written by torch.save: test/external/checkpoints/make.py. */
const checkpoint = (name: string): string => fileURLToPath(new URL(`../../../../test/external/checkpoints/fixtures/${name}`, import.meta.url));

/** Has other names than the dull one. */
const other: Network = {
  build: (shape, stream) => {
    const model = dull.build(shape, stream);
    return { ...model, description: model.description, forward: (images, options) => model.forward(images, options), dispose: () => model.dispose(), parameters: () => new Map([...model.parameters()].map(([name, value]) => [`other.${name}`, value])) };
  },
};
const source: NetworkSource = { createNetwork: (id) => (id.startsWith("dull") ? dull : other), networks: ["other", "dull"] };
const { size, mean, std } = dullInput;
const fed = { size, mean, std };

/** The weights of a dull network in a file, after a change. */
async function write(name: string, change: (tensors: Map<string, NamedArray>) => Map<string, NamedArray> = (tensors) => tensors): Promise<string> {
  const file = join(directory, name);
  const model = new DullNetwork(dullInput, 5, createStreams(4).at("weights"));
  writeFileSync(file, encodeSafetensors(change(new Map(await stateDict(model)))));
  model.dispose();
  return file;
}

test("the one network that fits is found, with its classes and channels, and nothing leaks", async () => {
  const file = await write("bare.safetensors");
  const before = tensorCount();
  const { fits } = await identifyWeights(await readWeights(file), {}, source);
  expect(fits[0]).toEqual({ network: "dull", classes: 5, channels: 2, problems: [] });
  expect(fits[1]!.problems.length).toBeGreaterThan(5);
  expect(tensorCount()).toBe(before);
  const teacher = await openTeacher({ file, given: fed, ...source });
  expect(teacher.description).toMatchObject({ network: "dull", classes: 5, input: dullInput });
  teacher.dispose();
  expect(tensorCount()).toBe(before);
});

test("what wrappers put before every name is left out, and a count of batches may be missing", async () => {
  const file = await write("wrapped.safetensors", (tensors) => new Map([...tensors].filter(([name]) => !name.endsWith("num_batches_tracked")).map(([name, tensor]) => [`module.model.${name}`, tensor])));
  const weights = await readWeights(file);
  expect(weights.prefix).toBe("module.model.");
  const teacher = await openTeacher({ file, given: fed, ...source });
  teacher.dispose();
});

test("a network that is named and does not fit: everything is named", async () => {
  const file = await write("harmed.safetensors", (tensors) => {
    const changed = new Map(tensors);
    changed.delete("norm.weight");
    changed.set("more", { dtype: "F32", shape: [1], data: new Float32Array(1) });
    changed.set("conv.weight", { dtype: "F32", shape: [3, 2, 5, 5], data: new Float32Array(150) });
    return changed;
  });
  const before = tensorCount();
  await expect(openTeacher({ file, given: { ...fed, network: "dull" }, ...source })).rejects.toMatchObject({
    code: "KDF_WEIGHTS_MISMATCH",
    explanation: { happened: expect.stringMatching(/conv.weight has the shape \[3, 2, 5, 5\], not \[3, 2, 3, 3\]; norm.weight is missing; more is not part of the network[.]$/) as string },
  });
  await expect(openTeacher({ file, given: fed, ...source })).rejects.toMatchObject({ code: "KDF_WEIGHTS_NETWORK_UNKNOWN", message: expect.stringContaining("the closest is dull") as string });
  expect(tensorCount()).toBe(before);
});

test("several that fit are refused by name", async () => {
  const file = await write("twice.safetensors");
  await expect(openTeacher({ file, given: fed, ...source, networks: ["dull", "dull2"] })).rejects.toMatchObject({ code: "KDF_WEIGHTS_NETWORK_UNKNOWN", message: expect.stringContaining("fit several networks: dull, dull2") as string });
});

test("what nobody says of the images is asked for", async () => {
  const file = await write("unfed.safetensors");
  await expect(openTeacher({ file, given: { size: 4, mean: [0] }, ...source })).rejects.toMatchObject({ code: "KDF_WEIGHTS_NO_METADATA", message: expect.stringContaining("does not say mean of 2 channels, std") as string });
});

test("a checkpoint: its state dict under an entry, and what stands beside it", async () => {
  const { tensors, key, beside, format } = await readWeights(checkpoint("checkpoint.legacy.pth"));
  expect(format).toBe("PyTorch checkpoint, legacy container");
  expect([key, [...tensors.keys()], [...tensors.get("weight")!.data]]).toEqual(["model", ["weight", "bias"], [1, 2]]);
  expect(beside).toEqual({ epoch: "240", best_acc: "72.5", accuracy: "72.5", count: "7", single: "0.25" });
});

test.each([
  ["optimizer", "there are no tensors in its entry optimizer"],
  ["nothing", "its entry nothing is no dictionary; it has epoch, best_acc"],
])("an entry without a state dict is refused: %s", async (key, problem) => {
  await expect(readWeights(checkpoint("checkpoint.zip.pth"), key)).rejects.toMatchObject({ code: "KDF_TORCH_UNREADABLE", message: expect.stringContaining(problem) as string });
});

test("every type becomes numbers", async () => {
  const { tensors } = await readWeights(checkpoint("every-type.zip.pth"));
  expect(tensors.size).toBe(10);
  for (const name of ["F64", "F32", "F16", "BF16"]) expect([...tensors.get(name)!.data], name).toEqual([0, -1.5, 2, 3.25, 100, -0.125]);
  expect([...tensors.get("I64")!.data]).toEqual([0, -1, 2, 3, 100, -0].map((value) => value + 0));
});
