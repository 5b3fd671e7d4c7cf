import { zeroFloats } from "./memory";

/**
 * Adds each row of input [rows, size] to row segments[row] of result [segmentCount, size].
 * Rows whose segment is outside the result are dropped, as the `cpu` engine does.
 */
export function segmentSum(
  input: usize, segments: usize, result: usize, rows: i32, size: i32, segmentCount: i32,
): void {
  zeroFloats(result, segmentCount * size);
  const rowBytes = <usize>size << 2;
  const vectorEnd = <usize>(size & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    const segment = load<i32>(segments + (<usize>row << 2));
    if (segment >= 0 && segment < segmentCount) {
      const target = result + <usize>segment * rowBytes;
      let at: usize = 0;
      for (; at < vectorEnd; at += 16) {
        v128.store(target + at, f32x4.add(v128.load(target + at), v128.load(input + at)));
      }
      for (; at < rowBytes; at += 4) {
        store<f32>(target + at, load<f32>(target + at) + load<f32>(input + at));
      }
    }
    input += rowBytes;
  }
}
