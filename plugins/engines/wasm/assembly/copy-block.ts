import { copyFloats } from "./memory";

/** From here on one call of the engine's own copy is faster than a loop. */
const LONG_ROW: i32 = 256;

/**
 * Copies a block of four dimensions, of 4-byte numbers, between two arrays whose last dimension is
 * consecutive. Steps are in numbers, from one index of a dimension to the next.
 */
export function copyBlock(
  source: usize, target: usize, size0: i32, size1: i32, size2: i32, size3: i32,
  sourceStep0: i32, sourceStep1: i32, sourceStep2: i32, targetStep0: i32, targetStep1: i32, targetStep2: i32,
): void {
  for (let index0 = 0; index0 < size0; index0++) {
    for (let index1 = 0; index1 < size1; index1++) {
      let from = source + (<usize>(index0 * sourceStep0 + index1 * sourceStep1) << 2);
      let to = target + (<usize>(index0 * targetStep0 + index1 * targetStep1) << 2);
      for (let index2 = 0; index2 < size2; index2++) {
        if (size3 >= LONG_ROW) memory.copy(to, from, <usize>size3 << 2);
        else copyFloats(to, from, size3);
        from += <usize>sourceStep2 << 2;
        to += <usize>targetStep2 << 2;
      }
    }
  }
}

/** Sets `count` 4-byte numbers to the bits of `value`. */
export function fillNumbers(target: usize, count: i32, value: i32): void {
  const vector = i32x4.splat(value);
  const vectorCount = count & ~3;
  for (let index = 0; index < vectorCount; index += 4) v128.store(target + (<usize>index << 2), vector);
  for (let index = vectorCount; index < count; index++) store<i32>(target + (<usize>index << 2), value);
}
