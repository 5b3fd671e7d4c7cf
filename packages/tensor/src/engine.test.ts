import { expect, test } from "vitest";
import { claimEngine, startReferenceEngine } from "./index.js";

test("the reference engine reports itself, may start again, and no other engine may start beside it", async () => {
  const report = await startReferenceEngine();
  expect(report).toEqual({
    id: "cpu",
    tier: "reference",
    library: "@tensorflow/tfjs-backend-cpu 4.22.0",
    device: "cpu",
    threads: 1,
    features: [],
  });
  await startReferenceEngine();
  expect(() => claimEngine("wasm")).toThrow(expect.objectContaining({ code: "KDF_ENGINE_ALREADY_STARTED" }));
});
