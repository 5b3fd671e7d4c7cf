import { describe, expect, it } from "vitest";
import { manifestSchema } from "./manifest.js";

const minimal = { manifest: 1, id: "cutmix" };

describe("a manifest", () => {
  it("needs no more than its version and an id", () => {
    expect(manifestSchema.parse(minimal)).toEqual({ ...minimal, provides: [], requires: [] });
  });

  it.each([
    { provides: ["augmenter:cutmix", "network:wrn_16_1", "metric:top-1"] },
    { requires: ["augmenter:cutmix"] },
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
    ["", { provide: [] }],
  ])("is refused at %o for %o", (path, part) => {
    const result = manifestSchema.safeParse({ ...minimal, ...part });
    expect(result.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });
});
