import { createStreams, floats, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import type { StoredArray } from "./safetensors.js";
import { loadStateDict, stateDict } from "./state-dict.js";
import { dullInput, DullNetwork } from "./testing/dull-network.js";

const network = (seed: number): DullNetwork => new DullNetwork(dullInput, 5, createStreams(seed).at("weights"));

beforeAll(async () => {
  await startReferenceEngine();
});

test("what one network gives another takes: the same logits after", async () => {
  const [one, other] = [network(1), network(2)];
  const images = floats(Float32Array.from({ length: 64 }, (_, i) => Math.cos(i)), [2, 4, 4, 2]);
  one.forward(images, { training: true });
  const before = tensorCount();
  loadStateDict(other, await stateDict(one), "file");
  expect(tensorCount()).toBe(before);
  const logits = (model: DullNetwork): number[] => [...readNow(model.forward(images, { training: false }).logits)];
  expect(logits(other)).toEqual(logits(one));
  expect(readNow(other.norm.num_batches_tracked.value)[0]).toBe(1);
});

test("values of other types are taken as numbers, and num_batches_tracked may be missing", async () => {
  const model = network(1);
  const stored = new Map<string, StoredArray>(await stateDict(network(2)));
  stored.set("fc.bias", { dtype: "F64", shape: [5], data: Float64Array.of(1, 2, 3, 4, 0.1) });
  stored.delete("norm.num_batches_tracked");
  model.norm.num_batches_tracked.assign(network(1).norm.num_batches_tracked.value);
  loadStateDict(model, stored, "file");
  expect([...readNow(model.fc.bias!.value)]).toEqual([1, 2, 3, 4, Math.fround(0.1)]);
});

test("every problem is listed, and nothing is set", async () => {
  const model = network(1);
  const stored = new Map<string, StoredArray>(await stateDict(network(2)));
  stored.delete("norm.running_var");
  stored.set("fc.weight", { dtype: "F32", shape: [3, 5], data: new Float32Array(15) });
  stored.set("head.weight", { dtype: "F32", shape: [1], data: new Float32Array(1) });
  const before = [...readNow(model.conv.weight.value)];
  expect(() => loadStateDict(model, stored, "some.safetensors")).toThrow(
    expect.objectContaining({
      code: "KDF_WEIGHTS_MISMATCH",
      message: expect.stringContaining(
        "some.safetensors does not hold the weights of dull: norm.running_var is missing; " +
          "fc.weight has the shape [3, 5], not [5, 3]; head.weight is not part of the network.",
      ) as string,
    }),
  );
  expect([...readNow(model.conv.weight.value)]).toEqual(before);
});
