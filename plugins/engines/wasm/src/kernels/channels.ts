import * as tf from "@tensorflow/tfjs";
import type { KernelDefinition } from "./register.js";

/** Channels of a tensor [..., C] that is worth a kernel over rows of C numbers, or undefined. */
function channelsOf(tensor: tf.TensorInfo): number | undefined {
  return tensor.dtype === "float32" && tensor.shape.length > 1 && !tensor.shape.includes(0) ? tensor.shape.at(-1) : undefined;
}

/**
 * Sum or mean over all dimensions but the last, as gradients of biases and statistics of channels are: 4 times
 * faster than tfjs's kernels or more, which transpose first, and more exact. Other axes stay with tfjs.
 */
function reduction(name: string, factorOf: (rows: number) => number): KernelDefinition {
  return {
    name,
    create: (original) => ({ inputs, attributes, workspace, backend }) => {
      const { x } = inputs as { x: tf.TensorInfo };
      const { axis, keepDims } = attributes as { axis: number | number[]; keepDims: boolean };
      const channels = channelsOf(x);
      const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
      const leading = axes.length === x.shape.length - 1 && axes.every((value, position) => value === position);
      if (channels === undefined || !leading) return original!(inputs, attributes, backend);
      const rows = tf.util.sizeFromShape(x.shape) / channels;
      const result = workspace.makeTensor(keepDims ? [...axes.map(() => 1), channels] : [channels]);
      const { kernels, addressOf, withScratch } = workspace;
      withScratch(8 * channels, (scratch) => {
        kernels.sumRows(addressOf(x), rows, channels, factorOf(rows), addressOf(result), scratch);
      });
      return result;
    },
  };
}

export const sum = reduction(tf.Sum, () => 1);
export const mean = reduction(tf.Mean, (rows) => 1 / rows);

/** Is `vector` [C] (or [1,...,1,C]) to be broadcast over `full` [...,C]? */
function isVectorOf(vector: tf.TensorInfo, full: tf.TensorInfo): boolean {
  const channels = channelsOf(full);
  return channels !== undefined && channels > 1 && vector.dtype === "float32"
    && vector.shape.at(-1) === channels && tf.util.sizeFromShape(vector.shape) === channels
    && vector.shape.length <= full.shape.length && tf.util.sizeFromShape(full.shape) > channels;
}

/** An arithmetic kernel that does [..., C] with [C] in one pass, where tfjs's index arithmetic takes 5 times as long. */
function arithmetic(name: string, operation: number, commutes: boolean): KernelDefinition {
  return {
    name,
    create: (original) => ({ inputs, attributes, workspace, backend }) => {
      const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      const sides = isVectorOf(b, a) ? { full: a, vector: b } : commutes && isVectorOf(a, b) ? { full: b, vector: a } : undefined;
      if (sides === undefined) return original!(inputs, attributes, backend);
      const { full, vector } = sides;
      const channels = full.shape.at(-1)!;
      const result = workspace.makeTensor(full.shape);
      const { kernels, addressOf } = workspace;
      kernels.combineWithVector(
        addressOf(full), tf.util.sizeFromShape(full.shape) / channels, channels, addressOf(vector), addressOf(result),
        operation,
      );
      return result;
    },
  };
}

export const add = arithmetic(tf.Add, 0, true);
export const subtract = arithmetic(tf.Sub, 1, false);
export const multiply = arithmetic(tf.Multiply, 2, true);
