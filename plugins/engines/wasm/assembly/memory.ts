/** The smallest multiple of `step` that is not below `value`. */
export function alignUp(value: i32, step: i32): i32 {
  return ((value + step - 1) / step) * step;
}

/** Copies `count` float32 numbers; rows are short, so no call leaves the module. */
export function copyFloats(target: usize, source: usize, count: i32): void {
  const end = target + (<usize>count << 2);
  const vectorEnd = target + (<usize>(count & ~3) << 2);
  while (target < vectorEnd) {
    v128.store(target, v128.load(source));
    target += 16;
    source += 16;
  }
  while (target < end) {
    store<f32>(target, load<f32>(source));
    target += 4;
    source += 4;
  }
}

/** Sets `count` float32 numbers to zero. */
export function zeroFloats(target: usize, count: i32): void {
  const end = target + (<usize>count << 2);
  const vectorEnd = target + (<usize>(count & ~3) << 2);
  while (target < vectorEnd) {
    v128.store(target, f32x4.splat(0));
    target += 16;
  }
  while (target < end) {
    store<f32>(target, 0);
    target += 4;
  }
}
