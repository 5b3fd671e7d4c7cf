import type { Role, SelectionOutputs, TensorLike } from "@kdf/core";
import { entropy, expandDimension, exponential, logSoftmax, multiply, smallest, softmax } from "@kdf/tensor";
import { square, subtract, sum } from "@kdf/tensor";

export const criterionNames = ["teacher-entropy", "student-entropy", "kld", "dissimilarity"] as const;

/** Whose logits of the pool are read, and the score [P] of its rows; to be called inside a scope. */
interface Criterion {
  readonly reads: readonly Role[];
  score(outputs: SelectionOutputs, temperature: number): TensorLike;
}

/** The picking schemes of Wang et al. 2022. Entropy and distance at temperature 1; kld is KL(teacher || student). */
export const criteria: Readonly<Record<(typeof criterionNames)[number], Criterion>> = {
  "teacher-entropy": { reads: ["teacher"], score: ({ pool }) => entropy(pool.teacher!) },
  "student-entropy": { reads: ["student"], score: ({ pool }) => entropy(pool.student!) },
  kld: {
    reads: ["teacher", "student"],
    score: ({ pool }, temperature) => {
      const softened = (logits: TensorLike): TensorLike => logSoftmax(multiply(logits, 1 / temperature));
      const teacher = softened(pool.teacher!);
      return sum(multiply(exponential(teacher), subtract(teacher, softened(pool.student!))), 1);
    },
  },
  /** To the nearest image of the batch as it came. By differences [P,B,K]: products would round small ones away. */
  dissimilarity: {
    reads: ["teacher"],
    score: ({ pool, original }) => {
      const of = (logits: TensorLike, axis: number): TensorLike => expandDimension(softmax(logits), axis);
      return smallest(sum(square(subtract(of(pool.teacher!, 1), of(original.teacher!, 0))), 2), 1);
    },
  },
};
