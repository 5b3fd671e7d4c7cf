import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { operations } from "./operations.js";
import { compute, Draw, expectSame, type Values } from "./testing/compare.js";

/** Batch norm as a composition of plain operations, group by group. */
function composedBatchNormalization(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number, groupRows: number[]) {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  // The gradient of tfjs's split into one part fails.
  const groups = groupRows.length === 1 ? [x] : tf.split(x, groupRows, 0);
  const parts = groups.map((group) => {
    const mean = tf.mean(group, axes);
    const centered = tf.sub(group, mean);
    const variance = tf.mean(tf.square(centered), axes);
    const output = tf.add(tf.mul(tf.div(centered, tf.sqrt(tf.add(variance, epsilon))), gamma), beta);
    return { output, mean, variance };
  });
  return {
    output: tf.concat(parts.map((part) => part.output), 0),
    mean: tf.stack(parts.map((part) => part.mean)),
    variance: tf.stack(parts.map((part) => part.variance)),
  };
}

type BatchNormalization = typeof operations.batchNormalizationTraining;

/** Output, statistics and the three gradients. */
const everything = (normalize: BatchNormalization, groupRows: number[], epsilon = 1e-5) =>
  (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, dy: tf.Tensor): tf.Tensor[] => {
    const { output, mean, variance } = normalize(x, gamma, beta, epsilon, groupRows);
    const gradients = tf.grads((...inputs: tf.Tensor[]) => {
      const [a, b, c] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
      return normalize(a, b, c, epsilon, groupRows).output;
    })([x, gamma, beta], dy);
    return [output, mean, variance, ...gradients];
  };

const reference = composedBatchNormalization as unknown as BatchNormalization;

describe("batchNormalizationTraining", () => {
  const draw = new Draw(3);
  const cases = [
    { shape: [4, 6, 6, 16], groupRows: [4] },
    { shape: [6, 5, 5, 16], groupRows: [3, 3] },
    { shape: [7, 3, 4, 13], groupRows: [4, 2, 1] },
    { shape: [64, 10], groupRows: [64] },
    { shape: [9, 7], groupRows: [2, 7] },
    { shape: [1, 3, 2, 1], groupRows: [1] },
    ...Array.from({ length: 20 }, () => {
      const groupRows = Array.from({ length: draw.integer(1, 3) }, () => draw.integer(2, 5));
      const batch = groupRows.reduce((sum, rows) => sum + rows, 0);
      return { shape: [batch, draw.integer(1, 12), draw.integer(1, 12), draw.integer(1, 70)], groupRows };
    }),
  ];
  it.each(cases)("of $shape in groups of $groupRows", async ({ shape, groupRows }) => {
    const channels = [shape.at(-1)!];
    const inputs = [draw.numbers(shape, 0.5), draw.numbers(channels, 1.5), draw.numbers(channels), draw.numbers(shape)];
    await expectSame(
      inputs, everything(operations.batchNormalizationTraining, groupRows), everything(reference, groupRows),
    );
  });

  it("gives a constant channel its beta and no gradient that is not finite", async () => {
    const x = { shape: [8, 2, 2, 4], data: new Float32Array(128).fill(3) };
    const inputs = [x, draw.numbers([4], 1.5), draw.numbers([4]), draw.numbers([8, 2, 2, 4])];
    const [output, mean, variance, ...gradients] = await compute("wasm", inputs, everything(operations.batchNormalizationTraining, [8]));
    expect([...output!.data]).toEqual(Array.from({ length: 32 }, () => [...inputs[2]!.data]).flat());
    expect([...mean!.data, ...variance!.data]).toEqual([3, 3, 3, 3, 0, 0, 0, 0]);
    for (const gradient of gradients) expect(gradient.data.every(Number.isFinite)).toBe(true);
  });

  it("does not lose the variance beside a large mean", async () => {
    const x = draw.numbers([64, 8, 8, 8], 1000);
    const [, , variance] = await compute("wasm", [x, draw.numbers([8]), draw.numbers([8]), draw.numbers(x.shape)],
      everything(operations.batchNormalizationTraining, [64]));
    for (let channel = 0; channel < 8; channel++) {
      const column = [...x.data].filter((_, index) => index % 8 === channel);
      const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
      const exact = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
      expect(Math.abs(variance!.data[channel]! - exact) / exact).toBeLessThan(1e-5);
    }
  });

  it("refuses groups that are not the batch", async () => {
    const inputs = [draw.numbers([4, 2]), draw.numbers([2]), draw.numbers([2])];
    const run = (groupRows: number[]) =>
      compute("wasm", inputs, (x, gamma, beta) => operations.batchNormalizationTraining(x!, gamma!, beta!, 1e-5, groupRows).output);
    await expect(run([3])).rejects.toThrow("the norm groups have 3 rows, which is not the batch of 4");
    await expect(run([4, 0])).rejects.toThrow("norm groups");
  });
});

describe("rectifiedLinear", () => {
  it.each([[[3, 5, 5, 16]], [[7]], [[2, 3]], [[1]]])("of %j", async (shape) => {
    const draw = new Draw(4);
    const x = draw.numbers(shape);
    x.data[0] = 0;
    const both = (rectify: (a: tf.Tensor) => tf.Tensor) => (a: tf.Tensor, dy: tf.Tensor) => [rectify(a), tf.grad(rectify)(a, dy)];
    await expectSame([x, draw.numbers(shape)], both(operations.rectifiedLinear), both(tf.relu));
  });

  it("passes on what is not a number", async () => {
    const x: Values = { shape: [5], data: new Float32Array([Number.NaN, 1, -1, 0, Number.NaN]) };
    const [gradient] = await compute("wasm", [x], (a) => tf.grad(operations.rectifiedLinear)(a!));
    expect([...gradient!.data]).toEqual([1, 1, 0, 0, 1]);
  });
});
