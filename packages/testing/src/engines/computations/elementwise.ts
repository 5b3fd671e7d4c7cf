import {
  absolute, add, clip, divide, equal, exponential, floor, greater, greaterEqual, leakyRectifiedLinear, logarithm, logicalAnd, maximum, minimum,
  multiply, negate, power, rectifiedLinear, rectifiedLinear6, reciprocalSquareRoot, sigmoid, softplus, square, squareRoot, subtract,
  toFloat, toInteger, where, type Tensor,
} from "@kdf/tensor";
import type { Computation } from "../computation.js";
import { Draw } from "../draw.js";

const binary: Record<string, (a: Tensor, b: Tensor) => Tensor> = { add, subtract, multiply, divide, minimum, maximum };

/** Both whole, one side stretched over the other, and a number in place of a tensor. */
const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[3, 5, 4, 6], [3, 5, 4, 6]],
  [[3, 5, 4, 6], [6]],
  [[7], [2, 3, 7]],
  [[4, 1, 5], [1, 3, 1]],
  [[3, 2, 2, 4], [3, 1, 1, 1]],
  [[6, 5], []],
];

/** Away from the places where a function is not defined or has a corner. */
const unary: Record<string, { readonly of: (a: Tensor) => Tensor; readonly low?: number; readonly high?: number }> = {
  absolute: { of: absolute },
  "clip": { of: (a) => clip(a, -0.5, 0.25) },
  exponential: { of: exponential, low: -4, high: 4 },
  leakyRectifiedLinear: { of: (a) => leakyRectifiedLinear(a, 0.1) },
  logarithm: { of: logarithm, low: 0.01, high: 5 },
  negate: { of: negate },
  "power 3": { of: (a) => power(a, 3) },
  "power 0.5": { of: (a) => power(a, 0.5), low: 0.1, high: 2 },
  rectifiedLinear: { of: rectifiedLinear },
  rectifiedLinear6: { of: rectifiedLinear6, low: -3, high: 9 },
  reciprocalSquareRoot: { of: reciprocalSquareRoot, low: 0.1, high: 4 },
  sigmoid: { of: sigmoid, low: -6, high: 6 },
  softplus: { of: softplus, low: -6, high: 6 },
  square: { of: square },
  squareRoot: { of: squareRoot, low: 0.1, high: 4 },
  "a number on either side": { of: (a) => subtract(multiply(2.5, a), divide(a, 3)) },
};

export function elementwise(): Computation[] {
  return [
    ...Object.entries(binary).flatMap(([name, run]) =>
      shapes.map(([a, b]): Computation => {
        const draw = new Draw(`${name}/${a}/${b}`);
        return { name: `${name} of [${a}] and [${b}]`, inputs: [draw.floats(a), draw.floats(b, 0.5, 2)], run: (x, y) => run(x!, y!) };
      }),
    ),
    ...Object.entries(unary).map(([name, { of, low, high }]): Computation => ({
      name,
      inputs: [new Draw(name).floats([4, 3, 5, 2], low, high)],
      run: (x) => of(x!),
    })),
    {
      name: "comparisons, and the choice between two by them",
      inputs: [new Draw("where").floats([5, 7]), new Draw("where, other").floats([5, 7])],
      run: (a, b) => where(logicalAnd(greater(a!, -0.5), greaterEqual(b!, a!)), multiply(a!, 2), b!),
    },
    { name: "floor, of whole numbers too", inputs: [{ shape: [6], data: Float32Array.of(-2, -1.5, -0.25, 0, 2.75, 3) }], run: (x) => floor(x!), gradients: [] },
    {
      name: "rectifiedLinear at 0 and of what is not finite",
      inputs: [{ shape: [6], data: Float32Array.of(0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY) }],
      run: (x) => rectifiedLinear(x!),
      gradients: [],
    },
    {
      name: "whole numbers: sums, products, comparisons, from and to float32",
      inputs: [new Draw("int").integers([4, 6], 9), new Draw("int, other").integers([4, 6], 9)],
      run: (a, b) => [add(a!, b!), multiply(a!, b!), toFloat(equal(a!, b!)), toInteger(divide(toFloat(a!), 2))],
      gradients: [],
    },
  ];
}
