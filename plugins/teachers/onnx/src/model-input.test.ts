import { readFileSync } from "node:fs";
import { describeOnnx } from "@kdf/nn";
import { describe, expect, it } from "vitest";
import { interfaceOf, type Interface } from "./model-input.js";
import { teacherOptions } from "./options.js";

const read = (name: string, options: object = {}): Interface => {
  const file = `${name}.onnx`;
  // Models that onnx's own package wrote.
  return interfaceOf(describeOnnx(readFileSync(new URL(`../fixtures/${file}`, import.meta.url)), file), file, teacherOptions.parse(options));
};
const normalised = { size: 8, channels: 3, mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 0.1] };

describe("a classifier of images", () => {
  it.each([
    ["classifier", {}, "NCHW", normalised],
    ["channels-last", {}, "NHWC", normalised],
    ["open-size", {}, "NCHW", normalised],
    ["open-size", { size: 32 }, "NCHW", { ...normalised, size: 32 }],
    ["two-outputs", {}, "NCHW", normalised],
    ["no-normalisation", { mean: [0, 0, 0], std: [1, 1, 1] }, "NCHW", { ...normalised, mean: [0, 0, 0], std: [1, 1, 1] }],
    ["classifier", { mean: [0.1, 0.1, 0.1] }, "NCHW", { ...normalised, mean: [0.1, 0.1, 0.1] }],
  ] as const)("%s with %j", (name, options, layout, model) => {
    expect(read(name, options)).toEqual({ input: "images", output: "logits", layout, model });
  });
});

describe("refused", () => {
  it.each([
    ["two-inputs", {}, "it has the inputs images, more", "takes images alone"],
    ["fixed-batch", {}, "fixed batch size 1", 'dynamic_axes={"images": {0: "batch"}}'],
    ["vectors", {}, "its input pooled has 2 dimensions", "classifier of images"],
    ["bytes", {}, "holds no 32-bit floats (ONNX type 2)", "float32"],
    ["maps", {}, "its output maps is [batch,4,8,8]", "--set onnx.output=NAME"],
    ["no-normalisation", {}, "nothing says the mean", "--set onnx.mean=[0.5,0.5,0.5]"],
    ["no-normalisation", { mean: [0.5, 0.5, 0.5] }, "nothing says the std", "--set onnx.std=[0.25,0.25,0.25]"],
    ["classifier", { mean: [0.5] }, "its mean has 1 values for 3 channels", "--set onnx.mean"],
    ["classifier", { std: [1, 0, 1] }, "its std is 1, 0, 1", "--set onnx.std"],
    ["classifier", { size: 32 }, "its input has 8 pixels, and the option size says 32", "leave the option out"],
    ["classifier", { layout: "NHWC" }, "its input has 3 x 8 pixels", "square"],
    ["two-outputs", { output: "other" }, "none named other", "--set onnx.output=pooled"],
  ])("%s with %j", (name, options, problem, fix) => {
    expect(() => read(name, options)).toThrow(
      expect.objectContaining({
        code: "KDF_ONNX_UNSUITABLE",
        explanation: expect.objectContaining({ happened: expect.stringContaining(problem) as string, fix: expect.stringContaining(fix) as string }) as object,
      }),
    );
  });
});
