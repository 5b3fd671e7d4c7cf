import assert from "node:assert/strict";
import test from "node:test";
import type { Model } from "@kdf/core";
import { createStreams, disposeAll, readNow, startReferenceEngine, tensorCount, zeros } from "@kdf/tensor";
import { conformance } from "@kdf/testing";
import plugin from "./index.js";
import { PluginIdNetwork } from "./plugin-id.js";

/** What every plugin must do. */
const checks = conformance(plugin, { package: new URL("../package.json", import.meta.url) });
for (const check of checks) test(check.name, check.run);

function build(size: number, seed = 1): Model {
  const input = { size, channels: 1, mean: [0.5], std: [0.25] };
  return new PluginIdNetwork({ width: 4 }).build({ input, classes: 10 }, createStreams(seed).at("weights"));
}

test("gives logits and taps of the shapes that it describes, and keeps nothing", async () => {
  await startReferenceEngine();
  for (const size of [28, 32]) {
    const before = tensorCount();
    const model = build(size);
    const images = zeros([2, size, size, 1]);
    const { logits, taps } = model.forward(images, { training: false, taps: Object.keys(model.description.taps) });
    assert.deepEqual(logits.shape, [2, 10]);
    for (const [name, tap] of Object.entries(taps)) assert.deepEqual(tap.shape, [2, ...model.description.taps[name]!]);
    disposeAll([images, logits, ...Object.values(taps)]);
    model.dispose();
    assert.equal(tensorCount(), before);
  }
});

test("has as many weights as by hand", async () => {
  await startReferenceEngine();
  const model = build(28);
  const trained = [...model.parameters().values()].filter(({ trainable }) => trainable);
  const count = trained.reduce((sum, { value }) => sum + value.shape.reduce((product, length) => product * length, 1), 0);
  // Filters, scale and shift of each norm, matrix and biases.
  assert.equal(count, 9 * (1 * 4 + 4 * 8 + 8 * 16) + 2 * (4 + 8 + 16) + 16 * 10 + 10);
  model.dispose();
});

test("draws its weights by the stream alone", async () => {
  await startReferenceEngine();
  const weights = (seed: number): number[] => {
    const model = build(28, seed);
    const values = [...readNow(model.parameters().get("conv1.weight")!.value)];
    model.dispose();
    return values;
  };
  assert.deepEqual(weights(1), weights(1));
  assert.notDeepEqual(weights(1), weights(2));
});
