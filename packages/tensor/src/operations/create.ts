import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";

type Shape = readonly number[];

/** float32 values, row-major, copied. */
export const floats = recordable("floats", (values: Float32Array | readonly number[], shape: Shape): Tensor =>
  tf.tensor(values instanceof Float32Array ? values : Float32Array.from(values), [...shape], "float32"));

/** int32 values, row-major, copied. */
export const integers = recordable("integers", (values: Int32Array | readonly number[], shape: Shape): Tensor =>
  tf.tensor(values instanceof Int32Array ? values : Int32Array.from(values), [...shape], "int32"));

export const scalar = recordable("scalar", (value: number): Tensor => tf.scalar(value, "float32"));
export const zeros = recordable("zeros", (shape: Shape): Tensor => tf.zeros([...shape], "float32"));
export const ones = recordable("ones", (shape: Shape): Tensor => tf.ones([...shape], "float32"));
export const fill = recordable("fill", (shape: Shape, value: number): Tensor => tf.fill([...shape], value, "float32"));
export const zerosLike = recordable("zerosLike", (a: TensorLike): Tensor => tf.zerosLike(unwrap(a)));
export const onesLike = recordable("onesLike", (a: TensorLike): Tensor => tf.onesLike(unwrap(a)));
/** float32 copy of integers or booleans. */
export const toFloat = recordable("toFloat", (a: TensorLike): Tensor => tf.cast(unwrap(a), "float32"));
/** int32, truncated towards zero. */
export const toInteger = recordable("toInteger", (a: TensorLike): Tensor => tf.cast(unwrap(a), "int32"));
/** [...] int32 -> [..., depth] float32. Cast, since the wasm engine writes whole numbers whatever type it is asked for. */
export const oneHot = recordable("oneHot", (indices: TensorLike, depth: number): Tensor =>
  tf.tidy(() => {
    // Which TensorFlow.js refuses.
    if (depth === 1) return tf.cast(tf.expandDims(tf.equal(unwrap(indices), 0), -1), "float32");
    return tf.cast(tf.oneHot(unwrap(indices) as tf.Tensor1D, depth), "float32");
  }));
