// Sums over the rows of a [rows, channels] matrix: a batch of images in NHWC is one, with a row for
// each pixel. Short float32 sums over a block of rows are added up in float64, which costs nothing
// and keeps the error of a sum over a whole batch near one rounding.

/** Bytes of input that one block covers, so that going over it column by column stays in cache. */
const BLOCK_BYTES: i32 = 16 * 1024;

/** Rows in one block. */
export function blockOf(channels: i32): i32 {
  return max(8, min(64, BLOCK_BYTES / (channels << 2)));
}

/** Adds the four numbers of `sums` to four float64 totals. */
// @ts-ignore: decorator
@inline
export function addToTotals(totals: usize, sums: v128): void {
  v128.store(totals, f64x2.add(v128.load(totals), f64x2.promote_low_f32x4(sums)));
  const high = v128.shuffle<i32>(sums, sums, 2, 3, 2, 3);
  v128.store(totals, f64x2.add(v128.load(totals, 16), f64x2.promote_low_f32x4(high)), 16);
}

/** Adds the sums over rows of input [rows, channels] to totals [channels] (float64). */
export function addRows(input: usize, rows: i32, channels: i32, totals: usize): void {
  const vectorChannels = channels & ~3;
  const step = <usize>channels << 2;
  const blockRows = blockOf(channels);
  for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
    const count = min(blockRows, rows - firstRow);
    for (let channel = 0; channel < vectorChannels; channel += 4) {
      let x = input + (<usize>channel << 2);
      let even = f32x4.splat(0), odd = f32x4.splat(0);
      let row = 0;
      for (; row + 1 < count; row += 2) {
        even = f32x4.add(even, v128.load(x));
        odd = f32x4.add(odd, v128.load(x + step));
        x += step << 1;
      }
      if (row < count) even = f32x4.add(even, v128.load(x));
      addToTotals(totals + (<usize>channel << 3), f32x4.add(even, odd));
    }
    for (let channel = vectorChannels; channel < channels; channel++) {
      let x = input + (<usize>channel << 2);
      let sum: f64 = 0;
      for (let row = 0; row < count; row++) {
        sum += <f64>load<f32>(x);
        x += step;
      }
      const total = totals + (<usize>channel << 3);
      store<f64>(total, load<f64>(total) + sum);
    }
    input += <usize>count * step;
  }
}

/** input [rows, channels] to result [channels]: factor times the sums; scratch: 8 bytes for each channel. */
export function sumRows(
  input: usize, rows: i32, channels: i32, factor: f64, result: usize, scratch: usize,
): void {
  memory.fill(scratch, 0, <usize>channels << 3);
  addRows(input, rows, channels, scratch);
  for (let channel = 0; channel < channels; channel++) {
    store<f32>(result + (<usize>channel << 2), <f32>(factor * load<f64>(scratch + (<usize>channel << 3))));
  }
}

/** What `combineWithVector` does to each number and its channel's number. */
const SUBTRACT: i32 = 1;
const MULTIPLY: i32 = 2;

/**
 * input [rows, channels] and vector [channels] to result [rows, channels]:
 * input + vector (operation 0), input - vector (1) or input * vector (2).
 */
export function combineWithVector(
  input: usize, rows: i32, channels: i32, vector: usize, result: usize, operation: i32,
): void {
  const vectorChannels = channels & ~3;
  const step = <usize>channels << 2;
  const blockRows = blockOf(channels);
  for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
    const count = min(blockRows, rows - firstRow);
    for (let channel = 0; channel < vectorChannels; channel += 4) {
      const at = <usize>channel << 2;
      let operand = v128.load(vector + at);
      let x = input + at, y = result + at;
      if (operation == MULTIPLY) {
        for (let row = 0; row < count; row++) {
          v128.store(y, f32x4.mul(v128.load(x), operand));
          x += step;
          y += step;
        }
      } else {
        if (operation == SUBTRACT) operand = f32x4.neg(operand);
        for (let row = 0; row < count; row++) {
          v128.store(y, f32x4.add(v128.load(x), operand));
          x += step;
          y += step;
        }
      }
    }
    for (let channel = vectorChannels; channel < channels; channel++) {
      const at = <usize>channel << 2;
      const operand = load<f32>(vector + at);
      let x = input + at, y = result + at;
      for (let row = 0; row < count; row++) {
        const value = load<f32>(x);
        store<f32>(y, operation == MULTIPLY ? value * operand : operation == SUBTRACT ? value - operand : value + operand);
        x += step;
        y += step;
      }
    }
    input += <usize>count * step;
    result += <usize>count * step;
  }
}
