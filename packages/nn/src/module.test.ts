import { createStreams, ones, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { BatchNormalization } from "./batch-normalization.js";
import { Linear } from "./linear.js";
import { Module } from "./module.js";
import { Weight } from "./weight.js";

class Parts extends Module {
  readonly scale = new Weight(ones([2]));
  readonly layers: readonly (Module | null)[] = [
    new Linear({ inputs: 2, outputs: 3, bias: false }, createStreams(0).at("a")),
    null,
    new BatchNormalization(3),
  ];
  readonly absent: Module | null = null;
  readonly numbers = [1, 2];
  readonly description = { weight: new Weight(ones([1])) };
}

beforeAll(async () => {
  await startReferenceEngine();
});

test("names are the properties', places in arrays count, and what is no module is passed over", () => {
  expect([...new Parts().parameters().keys()]).toEqual([
    "scale",
    "layers.0.weight",
    "layers.2.weight",
    "layers.2.bias",
    "layers.2.running_mean",
    "layers.2.running_var",
    "layers.2.num_batches_tracked",
  ]);
});

test("a disposed module leaves no tensor", () => {
  const before = tensorCount();
  const module = new BatchNormalization(3);
  expect(tensorCount()).toBe(before + 5);
  module.dispose();
  expect(tensorCount()).toBe(before);
});
