import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";
import { oneHot } from "./create.js";

type Matrices = tf.Tensor3D;

/** A product is squared this often: 4096 power iterations, or terms of a series. */
const squarings = 12;
/** Between two of these, what is squared neither overflows nor falls below float32. */
const squaringsBetweenScalings = 3;
/** What is left of a matrix when it is this small beside the matrix is rounding. */
const leastRest = 1e-5;
/** Squares of singular values, of matrices of norm 1, that differ by less are taken as equal. */
const leastDifference = 1e-6;
const tiny = 1e-30;

/**
 * Right singular vectors of the `count` largest singular values, in that order: x [B,M,N] -> [B,N,count], fewer columns
 * where M or N are fewer. Of both signs of a vector the one whose entries add up to more. A vector beyond the rank of
 * its matrix is 0, and so are vectors and gradient of a matrix that is not finite.
 *
 * Vectors come one by one from the smaller of the products XᵀX and XXᵀ by repeated squaring, which is power iteration; the
 * next is sought in what is left of X without them. Singular values that differ by less than about 0.2 % are not told
 * apart: their vectors are then some directions of the plane that they share. The gradient is that of the singular value
 * decomposition: its part along the other vectors that were found is a sum, the rest a Neumann series, by squaring too.
 */
export const rightSingularVectors = recordable("rightSingularVectors", (x: TensorLike, count: number): Tensor => {
  const wanted = Math.min(count, x.shape[1] ?? 0, x.shape[2] ?? 0);
  const operation = tf.customGrad((...given) => {
    const [matrices, save] = given as unknown as [Matrices, tf.GradSaveFunc];
    const value = finite(leadingVectors(ofNormOne(matrices), wanted));
    save([matrices, value]);
    const gradFunc = (dy: Matrices, saved: Tensor[]): Tensor => {
      const [x, vectors] = saved as [Matrices, Matrices];
      const norm: Matrices = tf.maximum(frobenius(x), tiny);
      return finite(tf.div(gradient(tf.div(x, norm), vectors, dy), norm));
    };
    return { value, gradFunc: gradFunc as never };
  });
  return operation(unwrap(x));
});

const product = (a: Matrices, b: Matrices, transposeA = false, transposeB = false): Matrices => tf.matMul(a, b, transposeA, transposeB);
const frobenius = (x: Matrices): Matrices => tf.sqrt(tf.sum(tf.mul(x, x), [1, 2], true));
const ofNormOne = (x: Matrices): Matrices => tf.div(x, tf.maximum(frobenius(x), tiny));
const finite = (x: Tensor): Matrices => tf.where(tf.isNaN(x), tf.zerosLike(x), x) as Matrices;
/** 1 where the condition holds, else 0. */
const indicator = (condition: Tensor): Matrices => tf.cast(condition as Matrices, "float32");
/** 1 / x where |x| is above `least`, else 0. */
function inverse(x: Matrices, least: number): Matrices {
  const large = tf.greater(tf.abs(x), least);
  return tf.div(indicator(large), tf.where(large, x, tf.onesLike(x)));
}

/** x [B,M,N] of norm 1 -> [B,N,count]. */
function leadingVectors(x: Matrices, count: number): Matrices {
  const wide = x.shape[1] < x.shape[2];
  const vectors: Matrices[] = [];
  let rest = x;
  for (let place = 0; place < count; place += 1) {
    const direction = dominant(product(rest, rest, !wide, wide));
    const vector = signed(ofNormOne(product(rest, wide ? direction : product(rest, direction), true)));
    vectors.push(tf.mul(vector, indicator(tf.greater(frobenius(rest), leastRest))));
    rest = without(rest, vectors.at(-1)!);
  }
  return tf.concat(vectors, 2);
}

/** x without what lies along orthogonal vectors [B,N,K]. */
const without = (x: Matrices, vectors: Matrices): Matrices => tf.sub(x, product(product(x, vectors), vectors, false, true));

/** The eigenvector of the largest eigenvalue: symmetric [B,N,N], none negative -> [B,N,1]. */
function dominant(matrices: Matrices): Matrices {
  // The largest entry is of the diagonal, and the largest eigenvalue at most N times as large.
  const scaled = (power: Matrices): Matrices => tf.div(power, tf.maximum(tf.max(power, [1, 2], true), tiny));
  let power = scaled(matrices);
  for (let time = 1; time <= squarings; time += 1) {
    power = product(power, power);
    if (time % squaringsBetweenScalings === 0) power = scaled(power);
  }
  // By now v vᵀ: any column will do, the one with the largest entry of v best.
  const size = power.shape[1];
  const diagonal = tf.sum(tf.mul(power, tf.eye(size)), 2);
  return product(power, tf.expandDims(oneHot(tf.argMax(diagonal, 1), size) as tf.Tensor2D, 2));
}

function signed(vectors: Matrices): Matrices {
  const negative = indicator(tf.less(tf.sum(vectors, 1, true), 0));
  return tf.mul(vectors, tf.sub(1, tf.mul(negative, 2)));
}

/**
 * The gradient in x [B,M,N], of norm 1, of what has the gradient dy [B,N,K] in its singular vectors [B,N,K]:
 * X v wᵀ + X w vᵀ for each, where w = (λ - XᵀX)⁺ dy and λ is the square of its singular value.
 */
function gradient(x: Matrices, vectors: Matrices, dy: Matrices): Matrices {
  const scaled = product(x, vectors);
  const squares: Matrices = tf.sum(tf.mul(scaled, scaled), 1, true);
  const inverses = inverse(squares, leastRest ** 2);
  const along = product(vectors, dy, true);
  const shares: Matrices = tf.mul(inverse(tf.sub(squares, tf.transpose(squares, [0, 2, 1])), leastDifference), along);
  const besides: Matrices = tf.sub(dy, product(vectors, along));
  const sum = tf.add(product(vectors, shares), besideVectors(without(x, vectors), besides, squares, inverses));
  const w: Matrices = tf.mul(sum, indicator(tf.greater(inverses, 0)));
  return tf.add(product(scaled, w, false, true), product(product(x, w), vectors, false, true));
}

/** (λ - XᵀX)⁻¹ b for columns b that lie beside all vectors found, X without them, λ the `squares` [B,1,K]. */
function besideVectors(x: Matrices, b: Matrices, squares: Matrices, inverses: Matrices): Matrices {
  const wide = x.shape[1] < x.shape[2];
  const count = squares.shape[2];
  // By the smaller product: (λ - XᵀX)⁻¹ = (1 + Xᵀ(λ - XXᵀ)⁻¹X) / λ.
  let sum: Matrices = tf.mul(wide ? product(x, b) : b, inverses);
  // Powers of XᵀX / least and of least / λ: both at most 1.
  let power: Matrices = tf.mul(product(x, x, !wide, wide), tf.slice(inverses, [0, 0, count - 1], [-1, 1, 1]));
  let ratio: Matrices = tf.mul(tf.slice(squares, [0, 0, count - 1], [-1, 1, 1]), inverses);
  for (let time = 0; time < squarings; time += 1) {
    if (time > 0) [power, ratio] = [product(power, power), tf.mul(ratio, ratio)];
    sum = tf.add(sum, tf.mul(product(power, sum), ratio));
  }
  return wide ? tf.mul(tf.add(b, product(x, sum, true)), inverses) : sum;
}
