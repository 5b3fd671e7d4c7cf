import { batchNormalizationTraining, claimEngine, rectifiedLinear } from "@kdf/tensor";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import plugin from "./index.js";

it("starts the engine and installs its training operations", async () => {
  const engine = await plugin.provides.engine!["wasm"]!.create({}, {} as never);
  const report = await engine.start();
  expect(report).toMatchObject({ id: "wasm", library: "@tensorflow/tfjs-backend-wasm 4.22.0", threads: 1 });
  expect(tf.getBackend()).toBe("wasm");
  const x = tf.tensor2d([[1, -2], [3, 4]]);
  const profile = await tf.profile(() => {
    batchNormalizationTraining(x, tf.tensor1d([1, 1]), tf.tensor1d([0, 0]), 1e-5, [2]);
    return rectifiedLinear(x);
  });
  expect([...(profile.result as tf.Tensor).dataSync()]).toEqual([1, 0, 3, 4]);
  expect(profile.kernelNames.sort()).toEqual(["KdfBatchNormalizationTraining", "KdfRectifier"]);
  expect(() => claimEngine("cpu")).toThrow("wasm already runs");
});
