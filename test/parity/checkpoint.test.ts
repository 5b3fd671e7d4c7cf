import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import cifarZoo from "@kdf/plugin-cifar-zoo";
import weights from "@kdf/plugin-weights";
import { MemoryRegistry } from "@kdf/testing";
import { disposeAll, floats, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { uniform } from "./generator.js";
import { expectParity } from "./parity.js";

/** Written by PyTorch: test/external/checkpoints/make.py. */
const fixture = (name: string): URL => new URL(`../external/checkpoints/fixtures/${name}`, import.meta.url);
const { resnet8 } = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as {
  resnet8: { images: string; scale: number; ownError: number; logits: { shape: number[]; values: number[] } };
};

beforeAll(async () => void (await startReferenceEngine()));

test("a teacher in RepDistiller's layout, from a legacy .pth file, gives PyTorch's logits", async () => {
  const registry = new MemoryRegistry([cifarZoo, weights]);
  const before = tensorCount();
  const options = { file: fileURLToPath(fixture("resnet8.legacy.pth")), network: "resnet8", size: 32, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  const teacher = await (await registry.create("teacher", "weights", options)).open();
  expect(teacher.description).toMatchObject({ network: "resnet8", classes: 10, input: { channels: 3 } });
  expect(teacher.provenance).toMatchObject({ file: "resnet8.legacy.pth", epoch: "240", best_acc: "72.5" });
  const shape = [4, 32, 32, 3];
  const images = floats(uniform(resnet8.images, shape, resnet8.scale), shape);
  const { logits } = await teacher.forward(images, { taps: [] });
  expect(logits.shape).toEqual(resnet8.logits.shape);
  expectParity("logits", readNow(logits), resnet8.logits.values, resnet8.ownError);
  disposeAll([images, logits]);
  teacher.dispose();
  expect(tensorCount()).toBe(before);
});
