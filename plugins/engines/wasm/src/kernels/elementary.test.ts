import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { compute, Draw, expectSame } from "../testing/compare.js";

const draw = new Draw(5);

describe("slice and its gradient", () => {
  const cases = Array.from({ length: 40 }, () => {
    const shape = Array.from({ length: draw.integer(1, 4) }, () => draw.integer(1, 9));
    const begin = shape.map((size) => draw.integer(0, size - 1));
    return { shape, begin, size: shape.map((size, axis) => draw.integer(1, size - begin[axis]!)) };
  });
  it.each(cases)("%j", async ({ shape, begin, size }) => {
    await expectSame([draw.numbers(shape), draw.numbers(size)], (x, dy) => [
      tf.slice(x!, begin, size), tf.grad((a) => tf.slice(a, begin, size))(x!, dy),
    ]);
  });

  it("keeps int32 and other types", async () => {
    const integers = { shape: [3, 4], data: Int32Array.from({ length: 12 }, (_, index) => index - 6) };
    const [ints, booleans] = await compute("wasm", [integers], (x) => [
      tf.slice(x!, [1, 1], [2, 2]), tf.slice(tf.greater(x!, 0), [1, 1], [2, 3]),
    ]);
    expect([...ints!.data]).toEqual([-1, 0, 3, 4]);
    expect([...booleans!.data]).toEqual([0, 0, 1, 1, 1, 1]);
  });

  it("of rows, of long rows and of nothing", async () => {
    await expectSame([draw.numbers([9, 700])], (x) => [
      tf.slice(x!, [2, 0], [3, 700]), tf.slice(x!, [2, 100], [3, 500]), tf.slice(x!, [2, 0], [0, 700]),
    ]);
  });
});

describe("pad and its gradient", () => {
  const cases = Array.from({ length: 40 }, () => {
    const shape = Array.from({ length: draw.integer(1, 4) }, () => draw.integer(1, 7));
    return { shape, paddings: shape.map(() => [draw.integer(0, 3), draw.integer(0, 3)] as [number, number]), value: draw.pick([0, 1.5]) };
  });
  it.each(cases)("%j", async ({ shape, paddings, value }) => {
    const padded = shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
    await expectSame([draw.numbers(shape), draw.numbers(padded)], (x, dy) => [
      tf.pad(x!, paddings, value), tf.grad((a) => tf.pad(a, paddings, value))(x!, dy),
    ]);
  });

  it("keeps int32", async () => {
    const [result] = await compute("wasm", [{ shape: [2], data: new Int32Array([5, -7]) }], (x) => tf.pad(x!, [[1, 2]], -3));
    expect([...result!.data]).toEqual([-3, 5, -7, -3, -3]);
  });
});

describe("arithmetic of [..., C] with [C] and its gradient", () => {
  const operations = { add: tf.add, subtract: tf.sub, multiply: tf.mul };
  const shapes = [[4, 5, 5, 16], [3, 2, 7], [64, 10], [5, 1], [1, 8]];
  const cases = Object.keys(operations).flatMap((name) => shapes.map((shape) => [name as keyof typeof operations, shape] as const));
  it.each(cases)("%s %j", async (name, shape) => {
    const operation = operations[name] as (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
    const channels = shape.at(-1)!;
    for (const vector of [[channels], [...shape.slice(0, -1).map(() => 1), channels]]) {
      const gradients = tf.grads((a: tf.Tensor, b: tf.Tensor) => operation(a, b));
      await expectSame([draw.numbers(shape), draw.numbers(vector), draw.numbers(shape)], (x, v, dy) => [
        operation(x!, v!), operation(v!, x!), ...gradients([x!, v!], dy), ...gradients([v!, x!], dy),
      ]);
    }
  });

  it("leaves other pairs of shapes and types to tfjs", async () => {
    await expectSame([draw.numbers([3, 4]), draw.numbers([3, 1]), draw.numbers([3, 4])], (x, column, same) => [
      tf.add(x!, column!), tf.mul(x!, same!), tf.sub(x!, 2), tf.sub(2, x!), tf.add(tf.cast(x!, "int32"), tf.tensor1d([1, 2, 3, 4], "int32")),
    ]);
  });
});

describe("products of matrices and their gradients", () => {
  const sizes = [[1, 1, 1], [128, 64, 10], [1, 2, 32], [5, 7, 3], [64, 100, 70]] as const;
  const transposed = [[false, false], [true, false], [false, true], [true, true]] as const;
  it.each(sizes.flatMap((size) => transposed.map((flags) => [size, flags] as const)))("%j %j", async ([m, k, n], [left, right]) => {
    const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, left, right);
    await expectSame([draw.numbers(left ? [k, m] : [m, k]), draw.numbers(right ? [n, k] : [k, n]), draw.numbers([m, n])], (a, b, dy) => [
      product(a!, b!), ...tf.grads(product)([a!, b!], dy),
    ]);
  });

  const batches = [[[3], [3]], [[3], [1]], [[1], [3]], [[2, 3], [2, 3]], [[2, 1], [1, 3]], [[2, 3], [1, 1]]] as const;
  it.each(batches.flatMap(([left, right]) => transposed.map(([a, b]) => [left, right, a, b] as const)))("of batches %j and %j, transposed: %s, %s", async (left, right, first, second) => {
    const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, first, second);
    const [a, b] = [draw.numbers([...left, ...(first ? [5, 4] : [4, 5])]), draw.numbers([...right, ...(second ? [2, 5] : [5, 2])])];
    const leading = left.map((size, axis) => Math.max(size, right[axis]!));
    await expectSame([a, b, draw.numbers([...leading, 4, 2])], (x, y, dy) => [
      product(x!, y!),
      // tfjs has no gradient of what it stretches.
      ...(left.join() === right.join() ? tf.grads(product)([x!, y!], dy) : []),
    ]);
  });

  it("of a batch of large ones", async () => {
    await expectSame([draw.numbers([2, 70, 90]), draw.numbers([2, 90, 80])], (a, b) => tf.matMul(a!, b!));
  });
});

describe("sum and mean over all axes but the last", () => {
  it.each([[[4, 6, 6, 16]], [[130, 7]], [[3, 1, 5]], [[1, 1]]])("of %j", async (shape) => {
    const axes = shape.slice(0, -1).map((_, axis) => axis);
    await expectSame([draw.numbers(shape)], (x) => [
      tf.sum(x!, axes), tf.sum(x!, axes, true), tf.sum(x!), tf.sum(x!, -1), tf.sum(x!, [...axes].reverse()),
      tf.mean(x!, axes), tf.mean(x!, axes, true), tf.mean(x!), tf.mean(x!, -1),
    ]);
  });

  it("is exact to a rounding over many rows", async () => {
    const x = draw.numbers([50_000, 8], 0.5);
    const [result] = await compute("wasm", [x], (a) => tf.sum(a!, 0));
    for (let channel = 0; channel < 8; channel++) {
      const exact = (x.data as Float32Array).reduce((sum, value, index) => (index % 8 === channel ? sum + value : sum), 0);
      expect(Math.abs(result!.data[channel]! / exact - 1)).toBeLessThan(3e-7);
    }
  });
});

describe("unsortedSegmentSum and the gradient of gather", () => {
  it.each([[[6, 5]], [[6, 3, 3, 4]], [[6]], [[6, 1]]])("of %j", async (shape) => {
    const indices = { shape: [9], data: Int32Array.from({ length: 9 }, () => draw.integer(0, 5)) };
    const dy = draw.numbers([9, ...shape.slice(1)]);
    await expectSame([draw.numbers(shape), indices, dy], (x, at, upstream) => [
      tf.grad((a) => tf.gather(a, at as tf.Tensor1D))(x!, upstream),
      tf.unsortedSegmentSum(upstream!, at as tf.Tensor1D, 4),
    ]);
  });

  it("along another axis", async () => {
    const indices = { shape: [4], data: new Int32Array([2, 0, 2, 1]) };
    await expectSame([draw.numbers([5, 3, 4]), indices, draw.numbers([5, 4, 4])], (x, at, dy) =>
      tf.grad((a) => tf.gather(a, at as tf.Tensor1D, 1))(x!, dy),
    );
  });

  it("drops rows of no segment", async () => {
    const indices = { shape: [3], data: new Int32Array([-1, 1, 2]) };
    await expectSame([draw.numbers([3, 4]), indices], (x, at) => tf.unsortedSegmentSum(x!, at as tf.Tensor1D, 2));
  });
});

describe("tile, reverse, split and gather", () => {
  const cases = Array.from({ length: 30 }, () => {
    const shape = Array.from({ length: draw.integer(1, 4) }, () => draw.integer(1, 7));
    const axis = draw.integer(0, shape.length - 1);
    return {
      shape, axis, repetitions: shape.map(() => draw.integer(1, 3)),
      axes: shape.map((_, index) => index).filter(() => draw.uniform() < 0.6),
      first: draw.integer(1, shape[axis]!), count: draw.integer(1, 9),
    };
  });
  it.each(cases)("%j", async ({ shape, axis, repetitions, axes, first, count }) => {
    const rows = { shape: [count], data: Int32Array.from({ length: count }, () => draw.integer(0, shape[axis]! - 1)) };
    await expectSame([draw.numbers(shape), rows], (x, indices) => [
      tf.tile(x!, repetitions), tf.reverse(x!, axes), tf.gather(x!, indices as tf.Tensor1D, axis),
      ...(first < shape[axis]! ? tf.split(x!, [first, shape[axis]! - first], axis) : []),
    ]);
  });

  it("keep int32, and gather rows of many by a matrix of indices", async () => {
    const integers = { shape: [4, 3], data: Int32Array.from({ length: 12 }, (_, index) => index) };
    const indices = { shape: [2, 2], data: new Int32Array([3, 0, 1, 1]) };
    await expectSame([integers, indices], (x, at) => [
      tf.gather(x!, at as tf.Tensor2D), tf.tile(x!, [2, 1]), tf.reverse(x!, 1), ...tf.split(x!, 2, 0),
    ]);
  });

  it("refuse an index outside", async () => {
    const indices = { shape: [1], data: new Int32Array([4]) };
    await expect(compute("wasm", [draw.numbers([4, 2]), indices], (x, at) => tf.gather(x!, at as tf.Tensor1D)))
      .rejects.toThrow("the index 4 is not in [0, 3]");
  });
});

it("clone shares the numbers until the last handle is disposed", async () => {
  await compute("wasm", [draw.numbers([3])], (x) => {
    const copy = tf.clone(x!);
    const variable = tf.variable(copy);
    variable.assign(tf.mul(variable, 2));
    const doubled = [...variable.dataSync()];
    variable.dispose();
    copy.dispose();
    expect(doubled).toEqual([...x!.dataSync()].map((value) => value * 2));
    return x!.clone();
  });
});

describe("rows replaced", () => {
  it("leave the tensor that they are replaced in", async () => {
    const rows = { shape: [1, 1], data: Int32Array.from([1]) };
    const [before, after] = await compute("wasm", [draw.numbers([3, 2]), rows, draw.numbers([1, 2])], (x, place, values) => [
      tf.add(x!, tf.mul(tf.tensorScatterUpdate(x!, place!, values!), 0)), tf.tensorScatterUpdate(x!, place!, values!),
    ]);
    expect([...before!.data].slice(0, 2)).toEqual([...after!.data].slice(0, 2));
    expect([...before!.data].slice(2, 4)).not.toEqual([...after!.data].slice(2, 4));
  });
});
