import type { TensorLike } from "@kdf/core";
import { adaptiveAveragePool, greater, maximum, multiply, scope, square, subtract, sum, toFloat, type Tensor } from "@kdf/tensor";

/**
 * Partial L2 distance (Heo et al. 2019, equation 7) of maps before their ReLU, summed over places and channels and averaged
 * over the batch: student [B,H,W,C], teacher [B,H',W',C] averaged to the student's size, margins [C] of 0 or less. The
 * target is the teacher's value, or the margin where that is more; of a target that is not positive a student's value that
 * is less is right.
 */
export function partialDistance(student: TensorLike, teacher: TensorLike, margins: TensorLike): Tensor {
  return scope(() => {
    const [batch = 1, height = 0, width = 0] = student.shape;
    const same = teacher.shape[1] === height && teacher.shape[2] === width;
    const given = same ? teacher : adaptiveAveragePool(teacher, height, width);
    const target = maximum(given, margins);
    const counts = maximum(toFloat(greater(student, target)), toFloat(greater(given, 0)));
    return multiply(sum(multiply(square(subtract(student, target)), counts)), 1 / batch);
  });
}
