import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TeacherModel } from "@kdf/core";
import { encodeSafetensors, type NamedArray } from "@kdf/nn";
import { globalAveragePool, scope, startReferenceEngine, tensorCount, type Tensor } from "@kdf/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyTeacher } from "./verify-teacher.js";

const directory = mkdtempSync(join(tmpdir(), "kdf-verify-"));
afterAll(() => rmSync(directory, { recursive: true }));
beforeAll(async () => void (await startReferenceEngine()));

/** Its logits are the means of the channels. */
const teacher = (size: number): TeacherModel => ({
  description: { network: "means", input: { size, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] }, classes: 3, taps: {} },
  provenance: {},
  forward: (images) => ({ logits: scope(() => globalAveragePool(images as Tensor)), taps: {} }),
  dispose: () => undefined,
});

const array = (shape: number[], values: readonly number[], dtype: "F32" = "F32"): NamedArray => ({ dtype, shape, data: Float32Array.from(values) });
function write(tensors: Readonly<Record<string, NamedArray>>): string {
  const file = join(directory, "pair.safetensors");
  writeFileSync(file, encodeSafetensors(new Map(Object.entries(tensors))));
  return file;
}

/** Two images of 2 x 2 pixels whose channels are 1, 2, 3 and 4, 5, 6. */
const first = array([2, 3, 2, 2], [1, 2, 3, 4, 5, 6].flatMap((value) => [value, value, value, value]));
const last = array([2, 2, 2, 3], [...Array<number[]>(4).fill([1, 2, 3]), ...Array<number[]>(4).fill([4, 5, 6])].flat());
const logits = array([2, 3], [1, 2, 3, 4, 5, 6]);

test.each([
  ["NCHW", first],
  ["NHWC", last],
] as const)("logits that agree, of %s", async (layout, input) => {
  const before = tensorCount();
  expect(await verifyTeacher(teacher(2), { file: write({ input, logits }) })).toEqual({ images: 2, layout, largestDifference: 0, relativeDifference: 0, allowed: 1e-5, quotient: 0 });
  expect(tensorCount()).toBe(before);
});

test("logits that differ: the largest difference, and the quotient by the rule", async () => {
  const pair = { input: last, logits: array([2, 3], [1, 2, 3, 4, 5, 6.5]), logitsFloat32: array([2, 3], [1, 2, 3, 4, 5, 6.25]) };
  const norm = Math.hypot(1, 2, 3, 4, 5, 6.5);
  const verification = await verifyTeacher(teacher(2), { file: write(pair) });
  expect(verification.largestDifference).toBe(0.5);
  expect(verification.relativeDifference).toBeCloseTo(0.5 / norm, 12);
  expect(verification.allowed).toBeCloseTo((3 * 0.25) / norm, 12);
  expect(verification.quotient).toBeCloseTo(2 / 3, 12);
});

test.each([
  [{ input: last }, undefined, "it has no tensor logits"],
  [{ input: array([2, 2, 2, 2], Array<number>(16).fill(0)), logits }, undefined, "input is [2,2,2,2]"],
  [{ input: first, logits }, "NHWC", "input is [2,3,2,2], which is not NHWC"],
  [{ input: last, logits: array([2, 2], [1, 2, 3, 4]) }, undefined, "logits is [2,2]"],
] as const)("refuses what is no pair: %#", async (tensors, layout, problem) => {
  await expect(verifyTeacher(teacher(2), { file: write(tensors as never), ...(layout && { layout }) })).rejects.toMatchObject({ code: "KDF_PAIR_INVALID", message: expect.stringContaining(problem) as string });
});

test("a shape that may be either wants the layout", async () => {
  const file = write({ input: array([1, 3, 3, 3], Array<number>(27).fill(1)), logits: array([1, 3], [1, 1, 1]) });
  await expect(verifyTeacher(teacher(3), { file })).rejects.toMatchObject({ code: "KDF_PAIR_INVALID", message: expect.stringContaining("say it with --layout") as string });
  expect((await verifyTeacher(teacher(3), { file, layout: "NCHW" })).layout).toBe("NCHW");
});
