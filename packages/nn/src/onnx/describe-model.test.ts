import { describe, expect, it } from "vitest";
import { describeOnnx } from "./describe-model.js";
import { encodeModel } from "./encode-model.js";
import type { OnnxModel } from "./model.js";

const model: OnnxModel = {
  name: "identity",
  opset: 17,
  nodes: [{ operation: "Add", inputs: ["images", "weight"], outputs: ["logits"], attributes: { numbers: [1, -1], text: "a", float: { float: 0.5 }, whole: 3 } }],
  constants: [{ name: "weight", shape: [2], data: Float32Array.of(1, 2) }],
  // Models of before IR version 4 list their weights among the inputs.
  inputs: [
    { name: "images", element: 1, shape: ["batch", 2] },
    { name: "weight", element: 1, shape: [2] },
  ],
  outputs: [{ name: "logits", element: 1, shape: undefined }],
  metadata: { mean: "[0.5]", classNames: '["a","ä"]' },
};
const bytes = encodeModel(model);

describe("describeOnnx", () => {
  it("tells inputs that are no weights, outputs, opset and metadata", () => {
    expect(describeOnnx(bytes, "model.onnx")).toEqual({ inputs: [model.inputs[0]], outputs: model.outputs, opset: 17, metadata: model.metadata });
  });

  it("finds every file unreadable that ends too early, up to its metadata", () => {
    const withoutMetadata = encodeModel({ ...model, metadata: {} }).length;
    for (let length = 0; length < withoutMetadata; length += 1) {
      expect(() => describeOnnx(bytes.subarray(0, length), "model.onnx"), `${length} bytes`).toThrow(expect.objectContaining({ code: "KDF_ONNX_UNREADABLE" }));
    }
    expect(() => describeOnnx(bytes.subarray(0, bytes.length - 1), "model.onnx")).toThrow("it is cut off");
  });

  it.each([
    ["text", new TextEncoder().encode("PK\u0003\u0004 some other file")],
    ["zeros", new Uint8Array(64)],
    ["ones", new Uint8Array(64).fill(255)],
    ["nothing", new Uint8Array()],
  ])("finds %s unreadable", (_, content) => {
    expect(() => describeOnnx(content, "model.onnx")).toThrow(expect.objectContaining({ code: "KDF_ONNX_UNREADABLE" }));
  });
});
