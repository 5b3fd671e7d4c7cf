import * as tf from "@tensorflow/tfjs";
import { describe, it } from "vitest";
import { Draw, expectSame } from "../testing/compare.js";

type Padding = "same" | "valid" | number | [[number, number], [number, number], [number, number], [number, number]];
type Images = tf.Tensor4D;

interface Case {
  readonly input: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly strides: [number, number];
  readonly padding: Padding;
}

const explicit = (top: number, bottom: number, left: number, right: number): Padding => [[0, 0], [top, bottom], [left, right], [0, 0]];

const known: Record<string, Case> = {
  "3x3 as in a residual block": { input: [2, 14, 14, 16], filter: [3, 3, 16, 16], strides: [1, 1], padding: "same" },
  "the first convolution of a gray image": { input: [2, 28, 28, 1], filter: [3, 3, 1, 16], strides: [1, 1], padding: 1 },
  "1x1": { input: [3, 5, 7, 6], filter: [1, 1, 6, 10], strides: [1, 1], padding: "valid" },
  "1x1 with stride 2": { input: [2, 9, 8, 5], filter: [1, 1, 5, 9], strides: [2, 2], padding: "valid" },
  "stride above the filter": { input: [2, 11, 13, 3], filter: [2, 2, 3, 4], strides: [3, 4], padding: "valid" },
  "stride 2, symmetric padding": { input: [2, 12, 12, 8], filter: [3, 3, 8, 16], strides: [2, 2], padding: 1 },
  "stride 2, same": { input: [2, 12, 11, 8], filter: [3, 3, 8, 7], strides: [2, 2], padding: "same" },
  "one image, one pixel": { input: [1, 1, 1, 3], filter: [3, 3, 3, 2], strides: [1, 1], padding: "same" },
  "filter as large as the image": { input: [2, 4, 6, 3], filter: [4, 6, 3, 5], strides: [1, 1], padding: "valid" },
  "padding as wide as the filter": { input: [2, 5, 5, 3], filter: [2, 2, 3, 4], strides: [1, 1], padding: explicit(2, 2, 2, 2) },
  "padding wider than the filter, stride 2": { input: [1, 6, 5, 2], filter: [3, 2, 2, 3], strides: [2, 2], padding: explicit(4, 3, 3, 5) },
  "uneven padding and strides": { input: [2, 7, 9, 4], filter: [3, 2, 4, 5], strides: [2, 1], padding: explicit(0, 2, 1, 0) },
  "rows longer than a block": { input: [1, 3, 300, 40], filter: [3, 3, 40, 9], strides: [1, 1], padding: "same" },
};

function drawCase(draw: Draw): Case {
  const filterSize: [number, number] = [draw.integer(1, 5), draw.integer(1, 5)];
  return {
    input: [draw.integer(1, 3), filterSize[0] + draw.integer(0, 9), filterSize[1] + draw.integer(0, 9), draw.integer(1, 19)],
    filter: [...filterSize, 0, draw.integer(1, 19)],
    strides: [draw.integer(1, 4), draw.integer(1, 4)],
    padding: draw.pick<Padding>([
      "same", "valid", explicit(draw.integer(0, 3), draw.integer(0, 3), draw.integer(0, 3), draw.integer(0, 3)),
    ]),
  };
}

const cases: [string, Case][] = Object.entries(known);
const generator = new Draw(1);
for (let index = 0; index < 60; index++) {
  const drawn = drawCase(generator);
  drawn.filter[2] = drawn.input[3];
  cases.push([`drawn ${index}: ${JSON.stringify(drawn)}`, drawn]);
}

describe("gradients of conv2d", () => {
  it.each(cases)("%s", async (name, { input, filter, strides, padding }) => {
    const draw = new Draw(name.length);
    const output = tf.backend_util.computeConv2DInfo(input, filter, strides, 1, padding).outShape;
    await expectSame([draw.numbers(input), draw.numbers(filter), draw.numbers(output)], (x, w, dy) =>
      tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as Images, b as Images, strides, padding))([x!, w!], dy),
    );
  });
});

describe("gradients of depthwiseConv2d", () => {
  const draw = new Draw(2);
  const drawn = Array.from({ length: 40 }, (_, index) => {
    const { input, filter, strides, padding } = drawCase(draw);
    const shape: Case["filter"] = [filter[0], filter[1], input[3], index % 2 === 0 ? 1 : draw.integer(1, 3)];
    return { input, filter: shape, strides, padding };
  });
  it.each(drawn.map((one) => [JSON.stringify(one), one] as const))("%s", async (_, { input, filter, strides, padding }) => {
    const output = tf.backend_util.computeConv2DInfo(input, filter, strides, 1, padding, undefined, true).outShape;
    await expectSame([draw.numbers(input), draw.numbers(filter), draw.numbers(output)], (x, w, dy) =>
      tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.depthwiseConv2d(a as Images, b as Images, strides, padding))([x!, w!], dy),
    );
  });
});
