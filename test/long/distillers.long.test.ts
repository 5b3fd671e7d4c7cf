import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { repository, startKdf, temporaryFolder } from "../e2e/kdf.js";
import { fashionMnistFolder } from "../external/debian.js";
import { tensorflowInstallation } from "../external/tensorflow-installation.js";

/** Each distiller trains on the full Fashion-MNIST for an epoch, and those of the paper with CutMixPick. */
const folder = temporaryFolder();
let data: string;
let cacheDirectory: string;
beforeAll(async () => {
  data = await fashionMnistFolder();
  ({ cacheDirectory } = await tensorflowInstallation("tensorflow"));
});
afterAll(() => folder.remove());

const alone = readdirSync(join(repository, "plugins/distillers"));
const runs: readonly (readonly [string, string])[] = [["crd+kd", "cutmixpick"], ["sskd+kd", "cutmixpick"], ...alone.map((id) => [id, ""] as const)];

it.each(runs)("%s %s", async (distiller, augmenter) => {
  const directory = join(folder.path, `${distiller}${augmenter}`);
  const parameters = ["--distiller", distiller, ...(augmenter === "" ? [] : ["--plugin", augmenter]), "--batch-size", "64", "--engine", "tensorflow"];
  const command = ["train", ...parameters, "--data-dir", data, "--epochs", "1", "--run-dir", directory, "--json"];
  const { code, output, messages } = await startKdf(command, repository, ["env", `KDF_CACHE_DIR=${cacheDirectory}`]).finished;
  expect(code, `${messages}${output}`).toBe(0);
  const { test } = JSON.parse(output) as { readonly test: { readonly last: { readonly top1: number } } };
  process.stdout.write(`${distiller} ${augmenter}: ${test.last.top1}\n`);
  // Of ten classes: what has learned nothing says one in ten.
  expect(test.last.top1).toBeGreaterThan(0.6);
  const lines = readFileSync(join(directory, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as { readonly type: string; readonly terms?: Readonly<Record<string, number>> });
  const terms = lines.filter(({ type }) => type === "step").at(-1)!.terms!;
  expect(Object.values(terms).every(Number.isFinite)).toBe(true);
});
