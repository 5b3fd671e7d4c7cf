import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { expect, vi } from "vitest";
import { registerKernels } from "../kernels/index.js";
import type { Values } from "./draw.js";

export { Draw, type Values } from "./draw.js";

/** The reference engine is slow, and machines that run tests are busy. */
vi.setConfig({ testTimeout: 60_000 });

/** Largest ‖ours − reference‖ / ‖reference‖ over a whole tensor of float32 numbers. */
const TOLERANCE = 1e-5;

type Body = (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** What `body` gives for `inputs` on one engine. Leaves no tensor behind, which it checks. */
export async function compute(backend: "cpu" | "wasm", inputs: readonly Values[], body: Body): Promise<Values[]> {
  registerKernels();
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const tensors = inputs.map(({ data, shape }) =>
    tf.tensor(data, shape, data instanceof Int32Array ? "int32" : "float32"),
  );
  const results = tf.tidy(() => body(...tensors));
  const values = (Array.isArray(results) ? results : [results]).map((result) => ({
    shape: result.shape,
    data: result.dataSync() as Float32Array,
  }));
  tf.dispose([tensors, results]);
  expect(tf.memory().numTensors).toBe(before);
  return values;
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(ours: Values, reference: Values): number {
  let difference = 0;
  let norm = 0;
  reference.data.forEach((value, index) => {
    difference += (ours.data[index]! - value) ** 2;
    norm += value ** 2;
  });
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

/** Asserts that wasm and the reference engine agree on every result of `body`, and where given of `reference`. */
export async function expectSame(inputs: readonly Values[], body: Body, reference: Body = body): Promise<void> {
  const expected = await compute("cpu", inputs, reference);
  const ours = await compute("wasm", inputs, body);
  expect(ours.map((result) => result.shape)).toEqual(expected.map((result) => result.shape));
  ours.forEach((result, index) => {
    expect(relativeError(result, expected[index]!), `result ${index}`).toBeLessThanOrEqual(TOLERANCE);
  });
}
