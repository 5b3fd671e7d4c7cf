import type { TensorLike } from "@kdf/core";
import { detach, l2Normalize, matrixMultiply, mean, reshape, scope, square, subtract, type Tensor } from "@kdf/tensor";

/**
 * How far the student's similarities between the images of a batch are from the teacher's (Tung and Mori 2019), a scalar:
 * ‖G_teacher - G_student‖² / B² (Frobenius). Maps [B,H,W,C] or vectors [B,C]; the models may differ in all but B. The
 * gradient flows into the student only.
 */
export function similarityDistance(teacher: TensorLike, student: TensorLike): Tensor {
  return scope(() => mean(square(subtract(similarities(detach(teacher)), similarities(student)))));
}

/** [B,...] -> [B,B]: inner products of the activations of two images, each row of length 1. */
function similarities(maps: TensorLike): Tensor {
  const rows = reshape(maps, [maps.shape[0]!, -1]);
  return l2Normalize(matrixMultiply(rows, rows, false, true), 1);
}
