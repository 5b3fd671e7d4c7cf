import type { ModelOutputs, TensorLike } from "@kdf/core";
import {
  add,
  averagePool,
  concatenate,
  floats,
  globalAveragePool,
  largestOf,
  matrixMultiply,
  multiply,
  reshape,
  scope,
  startReferenceEngine,
  tensorCount,
  transpose,
  type Tensor,
} from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { describeOnnx } from "./describe-model.js";
import { exportOnnx, type Exportable } from "./export-model.js";

beforeAll(startReferenceEngine);

const description = { network: "small", input: { size: 4, channels: 2, mean: [0.5, 0.4], std: [0.25, 0.2] }, classes: 2, taps: {} };

/** A model that computes `body`. */
const computing = (body: (images: Tensor) => TensorLike, more: Partial<Exportable> = {}): Exportable => ({
  description,
  forward: (images) => scope(() => ({ logits: body(images as Tensor) as Tensor, taps: {} })) as ModelOutputs,
  ...more,
});

/** Whether a text, or little-endian floats, stand in the file. */
const holds = (bytes: Uint8Array, content: string | Float32Array): boolean =>
  Buffer.from(bytes).includes(typeof content === "string" ? content : Buffer.from(content.buffer));

describe("exportOnnx", () => {
  it("says how the model is fed, and what else it is told", async () => {
    const bytes = await exportOnnx(computing(globalAveragePool), { dataset: "squares" });
    expect(describeOnnx(bytes, "small.onnx")).toEqual({
      opset: 17,
      inputs: [{ name: "images", element: 1, shape: ["batch", 2, 4, 4] }],
      outputs: [{ name: "logits", element: 1, shape: ["batch", 2] }],
      metadata: { dataset: "squares", network: "small", classes: "2", layout: "NCHW", size: "4", channels: "2", mean: "[0.5,0.4]", std: "[0.25,0.2]" },
    });
  });

  it("gives the same bytes for the same weights, with their names, and leaves no tensor", async () => {
    const weight = floats([1, 2, 3, 4], [2, 2]);
    const model = computing((x) => matrixMultiply(globalAveragePool(x), weight), {
      parameters: () => new Map([["head.weight", { value: weight, trainable: true, assign: () => {} }]]),
    });
    const before = tensorCount();
    const [first, second] = [await exportOnnx(model), await exportOnnx(model)];
    expect(tensorCount()).toBe(before);
    expect(Buffer.compare(first, second)).toBe(0);
    expect(holds(first, "head.weight")).toBe(true);
    // The matrix transposed, as PyTorch has it.
    expect(holds(first, Float32Array.of(1, 3, 2, 4))).toBe(true);
    weight.dispose();
  });

  it("takes what depends on no image for a constant, and leaves out what the logits do not need", async () => {
    const bytes = await exportOnnx(
      computing((x) => {
        averagePool(x, 2);
        return add(globalAveragePool(x), multiply(floats([3, 5], [2]), 2));
      }),
    );
    expect(holds(bytes, Float32Array.of(6, 10))).toBe(true);
    expect([holds(bytes, "Mul"), holds(bytes, "kernel_shape")]).toEqual([false, false]);
  });

  const weight = (): Tensor => floats([1, 2, 3, 4], [2, 2]);
  it.each<[string, Exportable, string]>([
    ["an operation without a form", computing((x) => largestOf(globalAveragePool(x), 2).values), "it computes largestOf"],
    ["a reshape across images", computing((x) => reshape(x, [16, 4])), "a reshape mixes the images of a batch"],
    ["a transpose of the batch", computing((x) => transpose(globalAveragePool(x), [1, 0])), "a transpose moves the batch"],
    ["batches joined", computing((x) => concatenate([globalAveragePool(x), globalAveragePool(x)])), "splits or joins batches"],
    ["a transposed product", computing((x) => matrixMultiply(globalAveragePool(x), weight(), false, true)), "transposes its inputs"],
    ["logits of no image", computing(() => weight()), "its logits do not depend on the images"],
    ["a pass elsewhere", computing((x) => x, { forward: async () => ({ logits: weight(), taps: {} }) }), "is not computed by operations of @kdf/tensor"],
    ["a value that no operation gave", computing((x) => add(globalAveragePool(x), hidden(globalAveragePool(x)))), "a value comes from outside"],
  ])("refuses %s", async (_, model, problem) => {
    const before = tensorCount();
    await expect(exportOnnx(model)).rejects.toMatchObject({ code: "KDF_EXPORT_UNSUPPORTED", explanation: { happened: expect.stringContaining(problem) as string } });
    expect(tensorCount()).toBe(before);
  });
});

/** As a library beside `@kdf/tensor` might compute: no recording sees it. */
const hidden = (x: Tensor): Tensor => x.square();
