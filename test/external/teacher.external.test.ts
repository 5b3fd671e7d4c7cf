import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root, run } from "./cached.js";
import { fashionMnistFolder } from "./debian.js";

/** The teacher that ships, on all 10,000 test images: as good as it says, and at least 92 %. */
it("the Fashion-MNIST teacher reaches what its record says on the full test set", async () => {
  const folder = await fashionMnistFolder();
  const command = [join(root, "packages/cli/bin/kdf.js"), "eval", "fashion-mnist-teacher", "--data-dir", folder, "--json"];
  const { images, metrics } = JSON.parse(await run(process.execPath, command)) as { images: number; metrics: { top1: number; loss: number } };
  const record = JSON.parse(readFileSync(join(root, "plugins/teachers/fashion-mnist-teacher/weights/resnet14.json"), "utf8")) as {
    test: { top1: number; loss: number };
  };
  expect(images).toBe(10_000);
  expect(metrics.top1).toBeGreaterThanOrEqual(0.92);
  // Another processor may round a handful of images to the other side.
  expect(Math.abs(metrics.top1 - record.test.top1)).toBeLessThanOrEqual(0.0005);
  expect(metrics.loss).toBeCloseTo(record.test.loss, 3);
});
