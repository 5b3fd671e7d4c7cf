import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Model, Network, RandomStream } from "@kdf/core";
import { decodeSafetensors } from "@kdf/nn";
import { createStreams, disposeAll, readNow, startReferenceEngine, tensorCount, zeros } from "@kdf/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import plugin from "./index.js";

const networks = plugin.provides.network!;
const ids = Object.keys(networks);
/** Where the values of weights do not matter, drawing millions of them would be most of a test's time. */
const noDraws = { uniform: () => 0, normal: () => 0 } as RandomStream;

function build(id: string, size: number, classes: number, stream: RandomStream): Model {
  const perChannel = [0.5, 0.5, 0.5];
  const network = networks[id]!.create({}, undefined as never) as Network;
  return network.build({ input: { size, channels: 3, mean: perChannel, std: perChannel }, classes }, stream);
}

beforeAll(async () => {
  await startReferenceEngine();
});

/** As the script counted them in torchvision's own modules. */
function countedByTorchvision(id: string): number {
  const path = resolve(import.meta.dirname, `../../../../test/parity/torchvision/networks/${id}.safetensors`);
  const { metadata } = decodeSafetensors(readFileSync(path), path);
  return (JSON.parse(metadata["parity"]!) as { parametersWith1000Classes: number }).parametersWith1000Classes;
}

const readme = new Map(
  [...readFileSync(resolve(import.meta.dirname, "../README.md"), "utf8").matchAll(/^\| `(\w+)` \| ([\d,]+) \| .* \|$/gm)].map(
    ([, id, number]) => [id!, number!],
  ),
);

test.each(ids)("%s has as many weights as torchvision's module, and the README says so", (id) => {
  const model = build(id, 224, 1000, noDraws);
  const found = [...model.parameters().values()]
    .filter(({ trainable }) => trainable)
    .reduce((sum, { value }) => sum + value.shape.reduce((product, length) => product * length, 1), 0);
  expect(found).toBe(countedByTorchvision(id));
  expect(readme.get(id)).toBe(found.toLocaleString("en-US"));
  model.dispose();
});

test("every network is in the README", () => {
  expect([...readme.keys()]).toEqual(ids);
});

test.each([["imagenet_resnet18", 32], ["imagenet_mobilenetv2", 32], ["imagenet_mobilenetv2", 96]] as const)(
  "%s on %d pixels: shapes as described, nothing left behind",
  (id, size) => {
    const before = tensorCount();
    const model = build(id, size, 7, noDraws);
    const images = zeros([1, size, size, 3]);
    const outputs = model.forward(images, { training: false, taps: Object.keys(model.description.taps) });
    const shapes = Object.entries(outputs.taps).map(([name, tap]) => [name, tap.shape.slice(1)]);
    expect(Object.fromEntries(shapes)).toEqual(model.description.taps);
    for (const [tap, norm] of Object.entries(model.description.norms!)) {
      expect([tap, ...model.parameters().get(`${norm}.running_mean`)!.value.shape]).toEqual([tap, model.description.taps[tap]!.at(-1)]);
    }
    expect(outputs.logits.shape).toEqual([1, 7]);
    disposeAll([images, outputs.logits, ...Object.values(outputs.taps)]);
    model.dispose();
    expect(tensorCount()).toBe(before);
  },
  20_000,
);

test.each([28, 48, 100, 288])("images of %d pixels are refused before any weight is made", (size) => {
  const before = tensorCount();
  for (const id of ids) {
    expect(() => build(id, size, 10, noDraws)).toThrow(
      expect.objectContaining({ code: "KDF_MODEL_MISMATCH", message: expect.stringContaining("32, 64, 96, 128, 160, 192, 224, 256") as string }),
    );
  }
  expect(tensorCount()).toBe(before);
});

describe("initialisation, as torchvision's", () => {
  // Bounds of four standard errors: deviation / √(2·count).
  test.each([
    ["imagenet_resnet18", "conv1.weight", Math.sqrt(2 / (49 * 64))],
    ["imagenet_resnet18", "layer3.0.downsample.0.weight", Math.sqrt(2 / 256)],
    ["imagenet_resnet18", "fc.weight", 1 / Math.sqrt(3 * 512)],
    ["imagenet_mobilenetv2", "features.8.conv.1.0.weight", Math.sqrt(2 / (9 * 384))],
    ["imagenet_mobilenetv2", "features.18.0.weight", Math.sqrt(2 / 1280)],
    ["imagenet_mobilenetv2", "classifier.1.weight", 0.01],
  ])("%s %s", (id, name, expected) => {
    const model = build(id, 32, 10, createStreams(1).at(id));
    const found = Array.from(readNow(model.parameters().get(name)!.value));
    const deviation = Math.sqrt(found.reduce((sum, value) => sum + value * value, 0) / found.length);
    expect(Math.abs(deviation / expected - 1)).toBeLessThan(4 / Math.sqrt(2 * found.length));
    model.dispose();
  });
});
