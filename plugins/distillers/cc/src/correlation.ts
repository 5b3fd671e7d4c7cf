import type { TensorLike } from "@kdf/core";
import { absolute, multiply, scope, slice, subtract, sum, zeros, type Tensor } from "@kdf/tensor";

/**
 * With d_i = |teacher_i - student_i| element by element, the mean over the B - 1 pairs of neighbours in the batch of
 * Σ_k d_i,k d_i+1,k (the authors' code of Peng et al. 2019), a scalar. Embeddings [B,D] of the same D. One image alone has
 * no neighbour: 0. The gradient flows into both.
 */
export function neighbourCorrelation(teacher: TensorLike, student: TensorLike): Tensor {
  const [rows = 1, size = 1] = student.shape;
  if (rows === 1) return zeros([]);
  return scope(() => {
    const difference = absolute(subtract(student, teacher));
    const [first, next] = [0, 1].map((row) => slice(difference, [row, 0], [rows - 1, size]));
    return multiply(sum(multiply(first!, next!)), 1 / (rows - 1));
  });
}
