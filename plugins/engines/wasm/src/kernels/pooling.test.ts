import * as tf from "@tensorflow/tfjs";
import { describe, it } from "vitest";
import { Draw, expectSame } from "../testing/compare.js";

const draw = new Draw(7);

const cases = Array.from({ length: 40 }, () => {
  const window: [number, number] = [draw.integer(1, 4), draw.integer(1, 4)];
  return {
    shape: [draw.integer(1, 3), window[0] + draw.integer(0, 8), window[1] + draw.integer(0, 8), draw.integer(1, 11)] as [number, number, number, number],
    window,
    strides: [draw.integer(1, 4), draw.integer(1, 4)] as [number, number],
    padding: draw.pick(["same", "valid"] as const),
  };
});

describe.each([["maxPool", tf.maxPool], ["avgPool", tf.avgPool]] as const)("the gradient of %s", (_, pool) => {
  it.each(cases)("%j", async ({ shape, window, strides, padding }) => {
    const output = tf.backend_util.computePool2DInfo(shape, window, strides, 1, padding).outShape;
    await expectSame([draw.numbers(shape), draw.numbers(output)], (x, dy) =>
      tf.grad((a) => pool(a as tf.Tensor4D, window, strides, padding))(x!, dy),
    );
  });

  it("where values are equal", async () => {
    const x = draw.numbers([2, 6, 6, 5]);
    x.data.forEach((value, index) => (x.data[index] = Math.round(value)));
    await expectSame([x, draw.numbers([2, 5, 5, 5])], (a, dy) => tf.grad((b) => pool(b as tf.Tensor4D, 2, 1, "valid"))(a!, dy));
  });
});
