import { copyFloats } from "./memory";

/**
 * Copies slices along the middle dimension of input [outer, size, inner] (4-byte numbers) in the order of
 * indices [count] to result [outer, count, inner]. The caller has checked the indices.
 */
export function gatherRows(
  input: usize, indices: usize, result: usize, outer: i32, size: i32, inner: i32, count: i32,
): void {
  const bytes = <usize>inner << 2;
  for (let index = 0; index < outer; index++) {
    for (let row = 0; row < count; row++) {
      copyFloats(result, input + <usize>load<i32>(indices + (<usize>row << 2)) * bytes, inner);
      result += bytes;
    }
    input += <usize>size * bytes;
  }
}

/** input [outer, size, inner] (4-byte numbers) with the middle dimension in reverse order. */
export function reverseRows(input: usize, result: usize, outer: i32, size: i32, inner: i32): void {
  const bytes = <usize>inner << 2;
  for (let index = 0; index < outer; index++) {
    for (let row = size - 1; row >= 0; row--) {
      copyFloats(result, input + <usize>row * bytes, inner);
      result += bytes;
    }
    input += <usize>size * bytes;
  }
}
