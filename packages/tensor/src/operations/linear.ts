import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";

/** a [...,M,K] times b [...,K,N], one product for each of the leading places; either transposed in its last two axes first. */
export const matrixMultiply = recordable("matrixMultiply", (a: TensorLike, b: TensorLike, transposeA = false, transposeB = false): Tensor =>
  tf.matMul(unwrap(a), unwrap(b), transposeA, transposeB));
