import { keep, ones, startReferenceEngine, tensorCount, type Tensor } from "@kdf/tensor";
import { lossNotFinite } from "@kdf/core";
import { beforeAll, describe, expect, it } from "vitest";
import { callAsyncHook, callHook, callTensorHook } from "./hook.js";

const site = { plugin: "augmenter broken", hook: "propose", where: "stage distill, epoch 1, step 2" };

beforeAll(async () => {
  await startReferenceEngine();
});

describe("callHook", () => {
  it("names plugin, hook and place of what throws, and keeps the cause", () => {
    const cause = new TypeError("x is not a function");
    const act = (): never => callHook(site, () => { throw cause; });
    expect(act).toThrow(expect.objectContaining({ code: "KDF_PLUGIN_THREW", cause }));
    expect(act).toThrow(/augmenter broken failed in propose \(stage distill, epoch 1, step 2\): x is not a function/);
  });

  it("passes errors of the catalogue through", async () => {
    const error = lossNotFinite({ term: "total", value: "NaN", stage: "distill", epoch: 0, step: 0 });
    await expect(callAsyncHook(site, () => Promise.reject(error))).rejects.toBe(error);
  });
});

describe("callTensorHook", () => {
  it("disposes what the hook made and did not return", () => {
    const before = tensorCount();
    const result = callTensorHook(site, () => {
      ones([3]);
      return { images: ones([2]), rows: [0, 1] };
    });
    expect(tensorCount() - before).toBe(1);
    result.images.dispose();
  });

  it("reports what the hook kept", () => {
    let kept: Tensor | undefined;
    expect(() =>
      callTensorHook(site, () => {
        kept = keep(ones([3]));
        return ones([2]);
      }),
    ).toThrow(expect.objectContaining({ code: "KDF_PLUGIN_LEAKED" }));
    kept?.dispose();
  });
});
