import type { TensorLike } from "@kdf/core";
import {
  absolute, add, detach, divide, equal, exponential, greater, largest, matrixMultiply, maximum, multiply, negate, norm, reshape, rightSingularVectors,
  scope, slice, square, subtract, sum, toFloat, transpose, type Tensor,
} from "@kdf/tensor";

export interface Maps {
  /** [B,H,W,C] */
  readonly teacher: TensorLike;
  /** [B,H',W',C] */
  readonly student: TensorLike;
}

/** What the student has more of, to choose from. */
const spare = 3;
/** PyTorch's `normalize` divides by no less. */
const leastNorm = 1e-12;

interface Aligned {
  /** [B,C,k] */
  readonly teacher: Tensor;
  readonly student: Tensor;
}

/**
 * Σ over consecutive stages of Σ (s - t)² / B, where t = exp(-(v - v')² / 8) for every entry v of a stage's vectors and
 * every v' of the stage before, and s the same of the student's vectors. Lists of two or more, in network order.
 */
export function singularVectorLoss(stages: readonly Maps[], vectors: number): Tensor {
  return scope(() => {
    const rows = stages[0]!.student.shape[0] ?? 1;
    const aligned = stages.map((maps) => alignedVectors(maps, vectors));
    const terms = aligned.slice(1).flatMap((stage, place) => {
      const before = aligned[place]!;
      const columns = Array.from({ length: vectors }, (_, column) => column);
      return columns.map((column) =>
        sum(square(subtract(relation(stage.student, before.student, column), relation(stage.teacher, before.teacher, column)))),
      );
    });
    return multiply(terms.reduce((total, term) => add(total, term)), 1 / rows);
  });
}

/**
 * The teacher's first vectors, and of the student's the ones that are nearest to them by angle, turned to their side. Both
 * are scaled by the teacher's singular values, normalised: by 1 where there is one.
 */
function alignedVectors({ teacher, student }: Maps, vectors: number): Aligned {
  const matrices = asMatrices(teacher);
  const targets = rightSingularVectors(matrices, vectors);
  const candidates = rightSingularVectors(asMatrices(student), vectors + spare);
  const cosines = detach(matrixMultiply(candidates, targets, true));
  const nearest = toFloat(equal(absolute(cosines), largest(absolute(cosines), 1, true)));
  const sides = subtract(toFloat(greater(cosines, 0)), toFloat(greater(negate(cosines), 0)));
  const values = norm(matrixMultiply(matrices, targets), 1, true);
  const scale = divide(values, maximum(norm(values, 2, true), leastNorm));
  return {
    teacher: multiply(targets, scale),
    student: multiply(matrixMultiply(candidates, multiply(nearest, sides)), scale),
  };
}

/** [B,H,W,C] -> [B,HW,C] */
function asMatrices(maps: TensorLike): Tensor {
  const [batch = 0, height = 0, width = 0, channels = 0] = maps.shape;
  return reshape(maps, [batch, height * width, channels]);
}

/** [B,C,C']: exp(-(v - v')² / 8) of one column of [B,C,k] and of [B,C',k]. */
function relation(stage: TensorLike, before: TensorLike, column: number): Tensor {
  const entries = (vectors: TensorLike): Tensor => slice(vectors, [0, 0, column], [-1, -1, 1]);
  return exponential(multiply(square(subtract(entries(stage), transpose(entries(before), [0, 2, 1]))), -1 / 8));
}
