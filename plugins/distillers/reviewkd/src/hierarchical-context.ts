import type { TensorLike } from "@kdf/core";
import { adaptiveAveragePool, add, mean, multiply, scope, square, subtract, type Tensor } from "@kdf/tensor";

const levels = [4, 2, 1];

/**
 * Hierarchical context loss (Chen et al. 2021, figure 3b) of two maps [B,H,W,C]: mean squared differences of the maps, and
 * of their means over 4x4, 2x2 and 1x1 windows as far as these are fewer than H, each with half the weight of the one
 * before, divided by the sum of the weights. Pooling is linear: the difference is pooled, not both maps.
 */
export function hierarchicalContext(student: TensorLike, teacher: TensorLike): Tensor {
  return scope(() => {
    const difference = subtract(student, teacher);
    const pooled = levels.filter((level) => level < (student.shape[1] ?? 0)).map((level) => adaptiveAveragePool(difference, level));
    const terms = [difference, ...pooled].map((part, place) => multiply(mean(square(part)), 2 ** -place));
    const weights = terms.reduce((sum, _, place) => sum + 2 ** -place, 0);
    return multiply(terms.reduce((sum, term) => add(sum, term)), 1 / weights);
  });
}
