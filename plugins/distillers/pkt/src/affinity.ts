import type { TensorLike } from "@kdf/core";
import { add, detach, divide, logarithm, matrixMultiply, mean, multiply, norm, scope, sum, type Tensor } from "@kdf/tensor";

/** The authors' guard of a norm and of a logarithm. */
const epsilon = 1e-7;

/**
 * How far the student's affinities between the rows of a batch are from the teacher's (Passalis and Tefas 2018), a scalar:
 * the mean over all B² of p log ((p + 1e-7) / (q + 1e-7)), p the teacher's and q the student's. Rows [B,C]; the models may
 * differ in C. The gradient flows into the student only.
 */
export function affinityDivergence(teacher: TensorLike, student: TensorLike): Tensor {
  return scope(() => {
    const [p, q] = [affinities(detach(teacher)), affinities(student)];
    return mean(multiply(p, logarithm(divide(add(p, epsilon), add(q, epsilon)))));
  });
}

/** [B,C] -> [B,B], rows of probabilities: (1 + cosine) / 2, divided by the row's sum. A row of zeros has the cosine 0. */
function affinities(rows: TensorLike): Tensor {
  const directions = divide(rows, add(norm(rows, 1, true), epsilon));
  const alike = multiply(add(matrixMultiply(directions, directions, false, true), 1), 0.5);
  return divide(alike, sum(alike, 1, true));
}
