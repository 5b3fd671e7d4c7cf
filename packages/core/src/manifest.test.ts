import { describe, expect, it } from "vitest";
import { manifestSchema } from "./manifest.js";

const minimal = { manifest: 1, id: "cutmix" };

describe("a manifest", () => {
  it("needs no more than its version and an id", () => {
    expect(manifestSchema.parse(minimal)).toEqual({ ...minimal, provides: [], requires: [], opens: {} });
  });

  it.each([
    { provides: ["augmenter:cutmix", "network:wrn_16_1", "metric:top-1"] },
    { requires: ["augmenter:cutmix"] },
    { provides: ["teacher:onnx"], opens: { ".onnx": "teacher:onnx", "saved_model.pb": "teacher:onnx" } },
    { preset: { epochs: 1 }, baselines: "baselines.json" },
  ])("may say %o", (part) => {
    expect(manifestSchema.safeParse({ ...minimal, ...part }).success).toBe(true);
  });

  it.each([
    ["manifest", { manifest: 2 }],
    ["id", { id: "CutMix" }],
    ["id", { id: "../cutmix" }],
    ["id", { id: undefined }],
    ["provides.0", { provides: ["cutmix"] }],
    ["provides.1", { provides: ["augmenter:a", "augmentor:cutmix"] }],
    ["requires.0", { requires: ["augmenter:"] }],
    ["provides", { provides: "augmenter:cutmix" }],
    ["opens", { opens: { ".onnx": "teacher:onnx" } }],
    ["opens", { provides: ["dataset:x"], opens: { ".onnx": "dataset:x" } }],
    ["opens.../x", { provides: ["teacher:x"], opens: { "../x": "teacher:x" } }],
    ["", { provide: [] }],
  ])("is refused at %o for %o", (path, part) => {
    const result = manifestSchema.safeParse({ ...minimal, ...part });
    expect(result.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });
});
