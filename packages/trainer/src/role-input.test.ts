import type { DatasetDescription, ModelDescription } from "@kdf/core";
import { floats, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { RoleInput } from "./role-input.js";

beforeAll(async () => {
  await startReferenceEngine();
});

const dataset: DatasetDescription = {
  id: "tiny", classes: ["a", "b"], height: 2, width: 2, channels: 2, mean: [0.5, 0.25], std: [0.5, 0.25],
  standardAugmentation: { cropPadding: 0, horizontalFlip: false },
};
const model = (input: Partial<ModelDescription["input"]>): ModelDescription => ({
  network: "n", classes: 2, taps: {}, input: { size: 2, channels: 2, mean: [0.5, 0.25], std: [0.5, 0.25], ...input },
});

describe("RoleInput", () => {
  it("hands images through where nothing differs", async () => {
    const input = new RoleInput(dataset, model({}));
    const images = floats(new Float32Array(8), [1, 2, 2, 2]);
    await input.with(images, (given) => expect(given).toBe(images));
    expect(input.description).toBeUndefined();
    images.dispose();
  });

  it("renormalises by pixel values: black and white stay black and white", () => {
    const input = new RoleInput(dataset, model({ mean: [0, 0.5], std: [1, 0.25] }));
    // Pixel 1 and pixel 0 of both channels in the data set's normalisation.
    const images = floats([1, 3, -1, -1, 1, 3, -1, -1], [1, 2, 2, 2]);
    const adapted = input.apply(images);
    expect([...readNow(adapted)]).toEqual([1, 2, 0, -2, 1, 2, 0, -2]);
    adapted.dispose();
    images.dispose();
    input.dispose();
  });

  it("resizes and leaves no tensor behind", async () => {
    const before = tensorCount();
    const input = new RoleInput(dataset, model({ size: 4 }));
    const images = floats([0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 2, 2]);
    const shape = await input.with(images, (given) => given.shape);
    expect(shape).toEqual([1, 4, 4, 2]);
    expect(input.description).toBe("4 x 4 pixels");
    images.dispose();
    input.dispose();
    expect(tensorCount()).toBe(before);
  });
});
