import { createStreams, disposeAll, floats, readNow, startReferenceEngine, tensorCount, zeros, type Tensor } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { dullInput, DullNetwork } from "./testing/dull-network.js";

const ramp = (rows: number): Tensor =>
  floats(Float32Array.from({ length: rows * 32 }, (_, i) => Math.sin(i)), [rows, 4, 4, 2]);
const network = (): DullNetwork => new DullNetwork(dullInput, 5, createStreams(3).at("weights"));

beforeAll(async () => {
  await startReferenceEngine();
});

test("the logits and the taps asked for are returned, in their shapes, and nothing else stays", () => {
  const model = network();
  const images = ramp(3);
  const before = tensorCount();
  for (const training of [true, false]) {
    const outputs = model.forward(images, { training, taps: ["pooled"] });
    expect(Object.keys(outputs.taps)).toEqual(["pooled"]);
    expect(outputs.taps["pooled"]!.shape).toEqual([3, 3]);
    expect(outputs.logits.shape).toEqual([3, 5]);
    expect(tensorCount()).toBe(before + 2);
    disposeAll([outputs.logits, outputs.taps["pooled"]!]);
  }
  expect(tensorCount()).toBe(before);
});

test("each norm group is normalised as if it were alone", () => {
  const images = ramp(5);
  const parts = [3, 2].map((rows, group) =>
    floats((readNow(images) as Float32Array).slice(group * 96, group * 96 + rows * 32), [rows, 4, 4, 2]),
  );
  const together = readNow(network().forward(images, { training: true, normGroups: [3, 2] }).logits);
  const apart = parts.flatMap((part) => [...readNow(network().forward(part, { training: true }).logits)]);
  const mixed = [...readNow(network().forward(images, { training: true }).logits)];
  together.forEach((value, i) => expect(value).toBeCloseTo(apart[i]!, 5));
  expect(Math.max(...together.map((value, i) => Math.abs(value - mixed[i]!)))).toBeGreaterThan(1e-3);
});

test("evaluation leaves the running statistics alone, training moves them", () => {
  const model = network();
  const statistics = (): number[] =>
    ["running_mean", "running_var", "num_batches_tracked"].flatMap((name) => [
      ...readNow(model.parameters().get(`norm.${name}`)!.value),
    ]);
  const fresh = statistics();
  expect(fresh).toEqual([0, 0, 0, 1, 1, 1, 0]);
  model.forward(ramp(3), { training: false });
  expect(statistics()).toEqual(fresh);
  model.forward(ramp(3), { training: true });
  expect(statistics().every((value, i) => value !== fresh[i])).toBe(true);
});

test.each([
  ["images of another size", [2, 5, 4, 2], {}, /\[2, 5, 4, 2\].*\n.*\[B, 4, 4, 2\]/],
  ["images of other channels", [2, 4, 4, 1], {}, /\[2, 4, 4, 1\]/],
  ["norm groups that do not add up", [3, 4, 4, 2], { normGroups: [2, 2] }, /norm groups of 2, 2 rows.*\n.*batch of 3/],
  ["an empty norm group", [3, 4, 4, 2], { normGroups: [3, 0] }, /norm groups of 3, 0 rows/],
  ["an unknown tap", [2, 4, 4, 2], { taps: ["poled"] }, /the tap poled.*\n.*map, pooled.*\n.*Did you mean pooled/],
] as const)("refuses %s", (_, shape, options, message) => {
  const images = zeros(shape);
  const act = (): unknown => network().forward(images, { training: false, ...options });
  expect(act).toThrow(expect.objectContaining({ code: "KDF_MODEL_MISMATCH" }));
  expect(act).toThrow(message);
});
