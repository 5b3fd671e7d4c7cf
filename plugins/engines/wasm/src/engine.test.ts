import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseOptions } from "@kdf/core";
import { batchNormalizationTraining, claimEngine, rectifiedLinear } from "@kdf/tensor";
import * as tf from "@tensorflow/tfjs";
import { expect, it, vi } from "vitest";
import plugin from "./index.js";
import { GOLDEN_HASH, trainedHash } from "./testing/train.js";

vi.setConfig({ testTimeout: 120_000 });

const wasm = plugin.provides.engine!["wasm"]!;

it("starts with threads, installs its training operations and gives the golden numbers", async () => {
  const engine = await wasm.create({ threads: 2 }, {} as never);
  const report = await engine.start();
  expect(report).toMatchObject({ id: "wasm", library: "@tensorflow/tfjs-backend-wasm 4.22.0", threads: 2 });
  expect(tf.getBackend()).toBe("wasm");
  const x = tf.tensor2d([[1, -2], [3, 4]]);
  const profile = await tf.profile(() => {
    batchNormalizationTraining(x, tf.tensor1d([1, 1]), tf.tensor1d([0, 0]), 1e-5, [2]);
    return rectifiedLinear(x);
  });
  expect([...(profile.result as tf.Tensor).dataSync()]).toEqual([1, 0, 3, 4]);
  expect(profile.kernelNames.sort()).toEqual(["KdfBatchNormalizationTraining", "KdfRectifier"]);
  expect(trainedHash()).toBe(GOLDEN_HASH);
  expect(() => claimEngine("cpu")).toThrow("wasm already runs");
});

// Processes of their own: one engine serves one process, and the process must end by itself.
it.each([1, 2, 3, 8])("with %i threads gives the same numbers, and the process ends by itself", (threads) => {
  const script = fileURLToPath(new URL("testing/train-and-end.ts", import.meta.url));
  const output = execFileSync(process.execPath, ["--import", "tsx", script, String(threads)], { encoding: "utf8", timeout: 100_000 });
  expect(JSON.parse(output)).toEqual({ threads, hash: GOLDEN_HASH });
});

it("refuses options that it does not have", async () => {
  await expect(parseOptions(wasm.options, { threads: 0 }, "wasm")).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
  await expect(parseOptions(wasm.options, { cores: 2 }, "wasm")).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
});
