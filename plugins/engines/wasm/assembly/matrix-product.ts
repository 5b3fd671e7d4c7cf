// Products of small matrices, such as those of a classifier's last layer, on one thread. TensorFlow.js wakes all its
// threads for each product and waits for them: on a busy machine that takes a hundred times longer than the product.

import { zeroFloats } from "./memory";

/**
 * a [rows, inner] times b [inner, columns] to result [rows, columns]. `transposeA`: a is given as [inner, rows];
 * `transposeB`: b is given as [columns, inner].
 */
export function matrixProduct(
  a: usize, b: usize, result: usize, rows: i32, inner: i32, columns: i32, transposeA: bool, transposeB: bool,
): void {
  const rowStep = <usize>(transposeA ? 1 : inner) << 2;
  const innerStep = <usize>(transposeA ? rows : 1) << 2;
  for (let row = 0; row < rows; row++) {
    if (transposeB) addDotProducts(a + <usize>row * rowStep, innerStep, b, result, inner, columns);
    else addRowsOfB(a + <usize>row * rowStep, innerStep, b, result, inner, columns);
    result += <usize>columns << 2;
  }
}

/** One row of the result as a sum of rows of b. */
function addRowsOfB(a: usize, innerStep: usize, b: usize, result: usize, inner: i32, columns: i32): void {
  const vectorColumns = columns & ~3;
  zeroFloats(result, columns);
  for (let index = 0; index < inner; index++) {
    const factor = load<f32>(a);
    const factors = f32x4.splat(factor);
    for (let column = 0; column < vectorColumns; column += 4) {
      const at = <usize>column << 2;
      v128.store(result + at, f32x4.add(v128.load(result + at), f32x4.mul(factors, v128.load(b + at))));
    }
    for (let column = vectorColumns; column < columns; column++) {
      const at = <usize>column << 2;
      store<f32>(result + at, load<f32>(result + at) + factor * load<f32>(b + at));
    }
    a += innerStep;
    b += <usize>columns << 2;
  }
}

/** One row of the result, number by number: b's rows are its columns. */
function addDotProducts(a: usize, innerStep: usize, b: usize, result: usize, inner: i32, columns: i32): void {
  for (let column = 0; column < columns; column++) {
    let sum: f64 = 0;
    let left = a;
    for (let index = 0; index < inner; index++) {
      sum += <f64>(load<f32>(left) * load<f32>(b));
      left += innerStep;
      b += 4;
    }
    store<f32>(result + (<usize>column << 2), <f32>sum);
  }
}
