import * as tf from "@tensorflow/tfjs";
import type { KernelDefinition } from "./register.js";

/**
 * Multiplications up to which a plain loop serves: tenths of a millisecond at most. tfjs wakes its threads for each
 * product, which was seen to take 3 ms on a busy machine, and transposes first.
 */
const SMALL = 1 << 18;

/** The two sides of a float32 matrix, alone or as a batch of one; undefined for a batch of more. */
function sidesOf({ shape, dtype }: tf.TensorInfo): readonly [number, number] | undefined {
  if (dtype !== "float32" || shape.length < 2 || shape.slice(0, -2).some((size) => size !== 1)) return undefined;
  return [shape.at(-2)!, shape.at(-1)!];
}

/** BatchMatMul for two small matrices: a [M,K], b [K,N] (or transposed) to [M,N]. Others stay with tfjs. */
export const matrixProduct: KernelDefinition = {
  name: tf.BatchMatMul,
  create: (original) => ({ inputs, attributes, workspace, backend }) => {
    const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const left = sidesOf(a);
    const right = sidesOf(b);
    if (left === undefined || right === undefined || a.shape.length !== b.shape.length) {
      return original!(inputs, attributes, backend);
    }
    const [rows, inner] = transposeA ? [left[1], left[0]] : left;
    const columns = right[transposeB ? 0 : 1];
    const fits = inner === right[transposeB ? 1 : 0];
    if (!fits || rows * inner * columns > SMALL) return original!(inputs, attributes, backend);
    const result = workspace.makeTensor([...a.shape.slice(0, -2), rows, columns]);
    const { kernels, addressOf } = workspace;
    kernels.matrixProduct(
      addressOf(a), addressOf(b), addressOf(result), rows, inner, columns, transposeA ? 1 : 0, transposeB ? 1 : 0,
    );
    return result;
  },
};
