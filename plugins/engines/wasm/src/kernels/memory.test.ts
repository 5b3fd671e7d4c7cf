import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { operations } from "../operations.js";
import { compute, Draw } from "../testing/compare.js";

/** Steps of a small network that goes through every kernel. */
function step(x: tf.Tensor, weights: readonly tf.Tensor[], labels: tf.Tensor): tf.Tensor[] {
  const loss = (...given: tf.Tensor[]): tf.Tensor => {
    const [filter, strided, depthwise, gamma, beta, table] = given as [
      tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor, tf.Tensor, tf.Tensor2D,
    ];
    let hidden: tf.Tensor = tf.conv2d(x as tf.Tensor4D, filter, 1, "same");
    hidden = operations.rectifiedLinear(operations.batchNormalizationTraining(hidden, gamma, beta, 1e-5, [2, 2]).output);
    hidden = tf.depthwiseConv2d(hidden as tf.Tensor4D, depthwise, 1, "same");
    hidden = tf.conv2d(tf.pad(hidden, [[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D, strided, 2, "valid");
    hidden = tf.add(tf.mul(hidden, gamma), beta);
    const rows = tf.gather(table, labels as tf.Tensor1D);
    return tf.mean(tf.square(tf.sub(tf.mean(hidden, [1, 2]), tf.slice(rows, [0, 1], [4, 8]))));
  };
  return tf.grads(loss)([...weights]);
}

it("200 steps leave no tensor behind and take no more memory than the first", async () => {
  const draw = new Draw(6);
  const inputs = [
    [4, 9, 9, 3], [3, 3, 3, 8], [3, 3, 8, 8], [3, 3, 8, 1], [8], [8], [5, 10],
  ].map((shape) => draw.numbers(shape));
  const labels = { shape: [4], data: new Int32Array([0, 4, 4, 2]) };
  await compute("wasm", [...inputs, labels], (...given) => {
    const [x, ...rest] = given;
    const target = rest.pop()!;
    const run = (): void => tf.tidy(() => void step(x!, rest, target));
    for (let index = 0; index < 5; index++) run();
    const memory = (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm;
    const before = { tensors: tf.memory().numTensors, data: tf.engine().backend.numDataIds(), bytes: memory.HEAPU8.length };
    for (let index = 0; index < 200; index++) run();
    const after = { tensors: tf.memory().numTensors, data: tf.engine().backend.numDataIds(), bytes: memory.HEAPU8.length };
    expect(after).toEqual(before);
    return x!.clone();
  });
});
