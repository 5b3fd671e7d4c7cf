import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { root, run } from "./cached.js";
import { fashionMnistFolder } from "./debian.js";

let folder: string;
beforeAll(async () => {
  folder = await fashionMnistFolder();
});

it("kdf trains on the full data set, its files checked", async () => {
  const command = [join(root, "packages/cli/bin/kdf.js"), "train", "--data-dir", folder, "--dry-run", "--json"];
  const { dryRun } = JSON.parse(await run(process.execPath, command)) as { dryRun: { images: { training: number; validation: number } } };
  const { training, validation } = dryRun.images;
  expect(training + validation).toBe(60_000);
  // Each image is drawn by itself with a tenth's chance: five standard deviations around the mean.
  expect(Math.abs(validation - 6_000)).toBeLessThan(5 * Math.sqrt(60_000 * 0.1 * 0.9));
});
