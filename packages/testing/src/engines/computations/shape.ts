import {
  adaptiveAveragePool, concatenate, expandDimension, gather, oneHot, pad, reshape, resizeBilinear, resizeNearest, reverse, slice, split, squeeze, stack,
  tile, transpose, withRows, type Tensor,
} from "@kdf/tensor";
import type { Computation } from "../computation.js";
import { Draw } from "../draw.js";

/** Each on float32 with its gradient, and on int32. */
const moves: Record<string, (a: Tensor) => Tensor | readonly Tensor[]> = {
  reshape: (a) => reshape(a, [6, -1]),
  "transpose of all axes": (a) => transpose(a, [3, 1, 0, 2]),
  "transpose of the batch": (a) => transpose(a, [0, 2, 1, 3]),
  "expandDimension and squeeze": (a) => squeeze(expandDimension(a, 2), [2]),
  "concatenate along the batch": (a) => concatenate([a, a], 0),
  "concatenate along the channels": (a) => concatenate([a, slice(a, [0, 0, 0, 1], [-1, -1, -1, 2])], 3),
  stack: (a) => stack([a, a], 1),
  "split along the batch": (a) => split(a, [1, 3], 0),
  "split along the channels": (a) => split(a, [2, 1, 3], 3),
  slice: (a) => slice(a, [1, 0, 2, 1], [2, 3, 3, 4]),
  pad: (a) => pad(a, [[0, 0], [1, 2], [0, 3], [0, 0]]),
  reverse: (a) => reverse(a, 2),
  tile: (a) => tile(a, [1, 2, 1, 3]),
};

const shape = [4, 3, 5, 6];

export function shaping(): Computation[] {
  return [
    ...Object.entries(moves).flatMap(([name, run]): Computation[] => [
      { name, inputs: [new Draw(name).floats(shape)], run: (x) => run(x!) },
      { name: `${name}, whole numbers`, inputs: [new Draw(name).integers(shape, 100)], run: (x) => run(x!), gradients: [] },
    ]),
    {
      name: "pad with a number",
      inputs: [new Draw("pad with a number").floats([2, 3])],
      run: (x) => pad(x!, [[1, 0], [0, 2]], 0.75),
    },
    {
      name: "gather of rows, some twice",
      inputs: [new Draw("gather").floats([7, 3, 2]), new Draw("gather, rows").integers([11], 7)],
      run: (x, rows) => gather(x!, rows!),
    },
    {
      name: "gather of columns",
      inputs: [new Draw("gather").floats([3, 7]), new Draw("gather, columns").integers([4], 7)],
      run: (x, columns) => gather(x!, columns!, 1),
    },
    {
      name: "gather of whole numbers",
      inputs: [new Draw("gather").integers([7], 50), new Draw("gather, rows").integers([5], 7)],
      run: (x, rows) => gather(x!, rows!),
      gradients: [],
    },
    {
      name: "withRows",
      inputs: [new Draw("withRows").floats([9, 4]), new Draw("withRows, rows").places(3, 9), new Draw("withRows, values").floats([3, 4])],
      run: (x, rows, values) => withRows(x!, rows!, values!),
      gradients: [],
    },
    {
      name: "oneHot",
      inputs: [new Draw("oneHot").integers([12], 5)],
      run: (labels) => oneHot(labels!, 5),
      gradients: [],
    },
    {
      name: "oneHot of one class",
      inputs: [new Draw("oneHot").integers([12], 1)],
      run: (labels) => oneHot(labels!, 1),
      gradients: [],
    },
    ...[9, 4].map((size): Computation => ({
      name: `resizeBilinear from 6 to ${size} pixels`,
      inputs: [new Draw(`resizeBilinear ${size}`).floats([2, 6, 6, 3])],
      run: (x) => resizeBilinear(x!, size),
    })),
    {
      name: "resizeNearest",
      inputs: [new Draw("resizeNearest").floats([2, 3, 4, 3])],
      run: (x) => resizeNearest(x!, 7, 8),
    },
    {
      name: "adaptiveAveragePool",
      inputs: [new Draw("adaptiveAveragePool").floats([2, 7, 8, 3])],
      run: (x) => adaptiveAveragePool(x!, 3, 4),
    },
  ];
}
