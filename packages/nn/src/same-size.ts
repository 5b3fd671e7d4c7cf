import type { TensorLike } from "@kdf/core";
import { adaptiveAveragePool } from "@kdf/tensor";

/**
 * Two maps [B,H,W,C] at one height and width: along each the longer is averaged down to the shorter, as the
 * distillation literature compares maps of different sizes. A map that has the size already is returned itself.
 */
export function atSmallerSize(a: TensorLike, b: TensorLike): readonly [TensorLike, TensorLike] {
  const [height, width] = [1, 2].map((axis) => Math.min(a.shape[axis]!, b.shape[axis]!)) as [number, number];
  const pooled = (map: TensorLike): TensorLike =>
    map.shape[1] === height && map.shape[2] === width ? map : adaptiveAveragePool(map, height, width);
  return [pooled(a), pooled(b)];
}
