/** Which rows a divergence keeps, found by comparisons: nothing is read back from the engine. */
import type { TensorLike } from "@kdf/core";
import {
  add,
  detach,
  divide,
  equal,
  expandDimension,
  exponential,
  floats,
  gather,
  greater,
  logicalAnd,
  logSoftmax,
  maximum,
  multiply,
  oneHot,
  reshape,
  subtract,
  sum,
  toFloat,
  toInteger,
  type Tensor,
} from "@kdf/tensor";

/**
 * How many scores of a row stand before that of its own column when they are sorted, largest first, equal ones in the order
 * of their columns: scores [R,K], columns [R] int32 -> [R] float32, 0 where the own score is the largest. No gradient.
 */
export function ownRank(scores: TensorLike, columns: TensorLike): Tensor {
  const constant = detach(scores);
  const count = constant.shape[1]!;
  const own = sum(multiply(constant, oneHot(columns, count)), -1, true);
  const isEarlier = greater(expandDimension(toFloat(columns), 1), floats(places(count), [1, count]));
  return sum(ahead(constant, own, isEarlier), -1);
}

export interface KeptRows {
  /** [R] float32: 1 where the row is kept, 0 elsewhere. */
  readonly mask: TensorLike;
  /** A scalar: how many are kept. */
  readonly count: TensorLike;
}

/**
 * All rows of rank 0, and of the other ones, the wrong ones, floor(share · how many they are): those of smallest rank, of
 * equal ranks the earlier rows. ranks [R]. No gradient.
 */
export function keptRows(ranks: TensorLike, share: number): KeptRows {
  const rows = ranks.shape[0]!;
  // Sorted, smallest first: the negated ranks, largest first.
  const keys = multiply(detach(ranks), -1);
  const isEarlier = greater(floats(places(rows), [rows, 1]), floats(places(rows), [1, rows]));
  const place = sum(ahead(expandDimension(keys, 0), expandDimension(keys, 1), isEarlier), -1);
  const wrong = sum(toFloat(greater(ranks, 0)));
  // By how many rows are wrong; in double precision, so that a share of a whole number is rounded as elsewhere.
  const counts = floats(Array.from({ length: rows + 1 }, (_, number) => rows - number + Math.floor(share * number)), [rows + 1]);
  const count = reshape(gather(counts, toInteger(reshape(wrong, [1]))), []);
  return { mask: toFloat(greater(count, place)), count };
}

/**
 * temperature² · Σ p_teacher (log p_teacher - log p_student) over the kept rows / their number, both softened by the
 * temperature; scores [R,K] -> scalar, 0 where no row is kept. The gradient flows into the student's scores only.
 */
export function keptDivergence(teacherScores: TensorLike, studentScores: TensorLike, temperature: number, { mask, count }: KeptRows): Tensor {
  const teacher = logSoftmax(multiply(detach(teacherScores), 1 / temperature));
  const student = logSoftmax(multiply(studentScores, 1 / temperature));
  const rows = sum(multiply(exponential(teacher), subtract(teacher, student)), -1);
  return multiply(divide(sum(multiply(rows, mask)), maximum(count, 1)), temperature * temperature);
}

/** 1 where a score stands before the own one: it is larger, or equal and earlier. */
const ahead = (scores: TensorLike, own: TensorLike, isEarlier: TensorLike): Tensor =>
  add(toFloat(greater(scores, own)), toFloat(logicalAnd(equal(scores, own), isEarlier)));

const places = (count: number): number[] => Array.from({ length: count }, (_, place) => place);
