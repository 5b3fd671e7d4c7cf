import * as tf from "@tensorflow/tfjs";
import type { KernelDefinition } from "./register.js";

/**
 * Multiplications up to which a plain loop serves two matrices: tenths of a millisecond at most. tfjs wakes its threads for
 * each product, which was seen to take 3 ms on a busy machine, and transposes first. Of batches it multiplies on one thread,
 * number by number: a plain loop of ours takes a fifth of that, whatever the size.
 */
const SMALL = 1 << 18;

interface Matrices {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

/** float32 matrices [...,rows,columns]; undefined for others. */
function matricesOf({ shape, dtype }: tf.TensorInfo): Matrices | undefined {
  if (dtype !== "float32" || shape.length < 2) return undefined;
  const count = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return { count, rows: shape.at(-2)!, columns: shape.at(-1)! };
}

/** Of each of the leading lengths, both are equal or one is 1 in all of them: the batches are gone through side by side. */
function leadingLengths(a: tf.TensorInfo, b: tf.TensorInfo): readonly number[] | undefined {
  const [left, right] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  if (left.length !== right.length) return undefined;
  if (left.join() === right.join() || right.every((size) => size === 1)) return left;
  return left.every((size) => size === 1) ? right : undefined;
}

/** BatchMatMul of batches, and of two matrices if they are small: a [...,M,K], b [...,K,N] (or transposed) to [...,M,N]. */
export const matrixProduct: KernelDefinition = {
  name: tf.BatchMatMul,
  create: (original) => ({ inputs, attributes, workspace, backend }) => {
    const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const [left, right, leading] = [matricesOf(a), matricesOf(b), leadingLengths(a, b)];
    if (left === undefined || right === undefined || leading === undefined) return original!(inputs, attributes, backend);
    const [rows, inner] = transposeA ? [left.columns, left.rows] : [left.rows, left.columns];
    const columns = transposeB ? right.rows : right.columns;
    const fits = inner === (transposeB ? right.columns : right.rows);
    const count = Math.max(left.count, right.count);
    if (!fits || (count === 1 && rows * inner * columns > SMALL)) return original!(inputs, attributes, backend);
    const result = workspace.makeTensor([...leading, rows, columns]);
    const { kernels, addressOf } = workspace;
    const [fromA, fromB, to] = [addressOf(a), addressOf(b), addressOf(result)];
    const [stepA, stepB] = [left, right].map((side) => (side.count === 1 ? 0 : 4 * side.rows * side.columns)) as [number, number];
    for (let place = 0; place < count; place += 1) {
      kernels.matrixProduct(
        fromA + place * stepA, fromB + place * stepB, to + place * 4 * rows * columns,
        rows, inner, columns, transposeA ? 1 : 0, transposeB ? 1 : 0,
      );
    }
    return result;
  },
};
