import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStreams, disposeAll, floats, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { openTeacher } from "./open-teacher.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";
import { stateDict } from "./state-dict.js";
import { dull, dullInput, DullNetwork } from "./testing/dull-network.js";
import { describeWeights, encodeWeights } from "./weights-file.js";

const directory = mkdtempSync(join(tmpdir(), "kdf-weights-"));
const model = (): DullNetwork => new DullNetwork(dullInput, 5, createStreams(4).at("weights"));
const createNetwork = (): typeof dull => dull;

beforeAll(async () => {
  await startReferenceEngine();
});

test("a file says what it holds", async () => {
  const file = "dull.safetensors";
  const bytes = await encodeWeights(model(), { options: '{"deep":true}', dataset: "fashion-mnist" });
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  expect([...tensors.keys()].sort()).toEqual([...model().parameters().keys()].sort());
  expect(describeWeights(metadata, file)).toEqual({
    network: "dull",
    options: { deep: true },
    classes: 5,
    input: dullInput,
    provenance: { dataset: "fashion-mnist" },
  });
});

test("a teacher: the weights' network in evaluation, with its provenance; nothing leaks", async () => {
  const file = join(directory, "teacher.safetensors");
  const source = model();
  const images = floats(Float32Array.from({ length: 64 }, (_, i) => Math.cos(i)), [2, 4, 4, 2]);
  source.forward(images, { training: true });
  writeFileSync(file, await encodeWeights(source, { accuracy: "0.93" }));
  const expected = source.forward(images, { training: false, taps: ["map"] });

  const before = tensorCount();
  const asked: unknown[] = [];
  const teacher = await openTeacher({
    file,
    createNetwork: (id, options) => {
      asked.push(id, options);
      return dull;
    },
  });
  expect(asked).toEqual(["dull", {}]);
  expect(teacher.description).toEqual(source.description);
  expect(teacher.provenance).toEqual({
    accuracy: "0.93",
    file: "teacher.safetensors",
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
  const outputs = await teacher.forward(images, { taps: ["map"] });
  expect([...readNow(outputs.logits)]).toEqual([...readNow(expected.logits)]);
  expect([...readNow(outputs.taps["map"]!)]).toEqual([...readNow(expected.taps["map"]!)]);
  disposeAll([outputs.logits, outputs.taps["map"]!]);
  teacher.dispose();
  expect(tensorCount()).toBe(before);
});

test("a file without metadata is no teacher: what is missing is named", async () => {
  const file = join(directory, "bare.safetensors");
  writeFileSync(file, encodeSafetensors(await stateDict(model()), { network: "dull", classes: "ten", channels: "2", mean: "[0.5]" }));
  await expect(openTeacher({ file, createNetwork })).rejects.toMatchObject({
    code: "KDF_WEIGHTS_NO_METADATA",
    message: expect.stringContaining("does not say options, classes, size, mean, std") as string,
  });
});

test("weights of another network: refused by name, and the network is disposed", async () => {
  const file = join(directory, "other.safetensors");
  const weights = new Map(await stateDict(model()));
  weights.delete("fc.bias");
  const metadata = { network: "dull", options: "{}", classes: "5", size: "4", channels: "2", mean: "[0,0]", std: "[1,1]" };
  writeFileSync(file, encodeSafetensors(weights, metadata));
  const before = tensorCount();
  await expect(openTeacher({ file, createNetwork })).rejects.toMatchObject({ code: "KDF_WEIGHTS_MISMATCH" });
  expect(tensorCount()).toBe(before);
});

test("a missing file is unreadable", async () => {
  const file = join(directory, "nowhere.safetensors");
  await expect(openTeacher({ file, createNetwork })).rejects.toMatchObject({
    code: "KDF_WEIGHTS_UNREADABLE",
    message: expect.stringMatching(/nowhere\.safetensors.*no such file/) as string,
  });
});
