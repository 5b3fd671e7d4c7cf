import { readFileSync } from "node:fs";
import type { Batch } from "@kdf/core";
import { decodeSafetensors } from "@kdf/nn";
import autoaugment from "@kdf/plugin-autoaugment";
import wasm from "@kdf/plugin-wasm";
import { disposeAll, floats, integers, readNow, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { contribution } from "./contribution.js";

interface About {
  readonly cases: Readonly<Record<string, { readonly image: number; readonly steps: readonly { readonly positive: boolean }[] }>>;
}

beforeAll(async () => {
  await (await contribution(wasm, "engine")).start();
});

test("on the embedded engine too AutoAugment's rows are torchvision's within one grey level", async () => {
  const { tensors, metadata } = decodeSafetensors(readFileSync(new URL("torchvision/autoaugment.safetensors", import.meta.url)), "autoaugment");
  const { cases } = JSON.parse(metadata["parity"]!) as About;
  const [mean, std] = [[0.5071, 0.4867, 0.4408], [0.2675, 0.2565, 0.2761]];
  let [values, equal] = [0, 0];
  for (const policy of ["cifar10", "imagenet"]) {
    const augmenter = await contribution(autoaugment, "augmenter", { policy });
    for (let row = 0; row < 25; row += 1) {
      const { image, steps } = cases[`${policy}.${row}`]!;
      const { shape, data } = tensors.get(`colour.${image}`)!;
      const expected = tensors.get(`${policy}.${row}.colour`)!.data;
      const images = floats(Float32Array.from(data as Iterable<number>, (value, place) => (value / 255 - mean[place % 3]!) / std[place % 3]!), [1, ...shape]);
      const indices = integers([0], [1]);
      const batch: Batch = { images, labels: indices, indices };
      const count = tensorCount();
      const plan = { draw: { subPolicy: row, applied: [true, true], positive: steps.map(({ positive }) => positive) }, mean, std };
      const pool = augmenter.propose(plan, batch);
      expect(tensorCount() - count).toBe(1);
      readNow(pool.images).forEach((value, place) => {
        const difference = Math.abs((value * std[place % 3]! + mean[place % 3]!) * 255 - Number(expected[place]));
        if (difference > 1.001) expect.fail(`${policy} ${row}: a difference of ${difference} grey levels`);
        values += 1;
        if (difference < 1e-3) equal += 1;
      });
      disposeAll([images, indices, pool.images]);
    }
  }
  expect(equal / values).toBeGreaterThan(0.999);
});
