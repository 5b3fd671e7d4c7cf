import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { inspectOnnx } from "./inspect-onnx.js";
import { teacherOptions } from "./options.js";

/** Models that onnx's own package wrote. */
const inspect = (name: string, options: object = {}) => inspectOnnx(fileURLToPath(new URL(`../fixtures/${name}.onnx`, import.meta.url)), teacherOptions.parse(options));

it("says what a model is and how it is fed", async () => {
  expect(await inspect("classifier")).toMatchObject({
    format: "ONNX model",
    facts: { layout: "NCHW", network: "small" },
    inputs: [{ name: "images", shape: [null, 3, 8, 8], dtype: "F32" }],
    outputs: [{ name: "logits", shape: [null, 5], dtype: "F32" }],
    classes: 5,
    options: { size: 8, mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 0.1] },
    missing: [],
    problems: [],
  });
});

it("names what nobody says, and what stands in the way", async () => {
  expect(await inspect("no-normalisation")).toMatchObject({ missing: ["mean", "std"], problems: [] });
  expect(await inspect("no-normalisation", { mean: [0, 0, 0], std: [1, 1, 1] })).toMatchObject({ missing: [], problems: [] });
  expect(await inspect("fixed-batch")).toMatchObject({ missing: [], problems: [expect.stringContaining("fixed batch size 1")] });
  await expect(inspect("nowhere")).rejects.toMatchObject({ code: "KDF_ONNX_UNREADABLE" });
});
