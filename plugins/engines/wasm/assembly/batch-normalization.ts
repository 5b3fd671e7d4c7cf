// Batch norm in training mode, over the rows of a [rows, channels] matrix (a row for each pixel of
// each image of one norm group). Forward: mean, variance, normalise: three passes over the input.
// Backward: the two sums, then the input gradient: two passes.

import { addRows, addToTotals, blockOf } from "./channels";

/** Adds the sums over rows of (input - mean)^2 to totals [channels] (float64). */
function addSquares(input: usize, rows: i32, channels: i32, mean: usize, totals: usize): void {
  const vectorChannels = channels & ~3;
  const step = <usize>channels << 2;
  const blockRows = blockOf(channels);
  for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
    const count = min(blockRows, rows - firstRow);
    for (let channel = 0; channel < vectorChannels; channel += 4) {
      const center = v128.load(mean + (<usize>channel << 2));
      let x = input + (<usize>channel << 2);
      let even = f32x4.splat(0), odd = f32x4.splat(0);
      let row = 0;
      for (; row + 1 < count; row += 2) {
        const first = f32x4.sub(v128.load(x), center);
        const second = f32x4.sub(v128.load(x + step), center);
        even = f32x4.add(even, f32x4.mul(first, first));
        odd = f32x4.add(odd, f32x4.mul(second, second));
        x += step << 1;
      }
      if (row < count) {
        const last = f32x4.sub(v128.load(x), center);
        even = f32x4.add(even, f32x4.mul(last, last));
      }
      addToTotals(totals + (<usize>channel << 3), f32x4.add(even, odd));
    }
    for (let channel = vectorChannels; channel < channels; channel++) {
      const center = load<f32>(mean + (<usize>channel << 2));
      let x = input + (<usize>channel << 2);
      let sum: f64 = 0;
      for (let row = 0; row < count; row++) {
        const difference = <f64>(load<f32>(x) - center);
        sum += difference * difference;
        x += step;
      }
      const total = totals + (<usize>channel << 3);
      store<f64>(total, load<f64>(total) + sum);
    }
    input += <usize>count * step;
  }
}

/** result = (input - mean) * scale + shift: the subtraction first, so that a large mean cancels exactly. */
function normalizeRows(
  input: usize, rows: i32, channels: i32, mean: usize, scale: usize, shift: usize, result: usize,
): void {
  const vectorChannels = channels & ~3;
  const step = <usize>channels << 2;
  const blockRows = blockOf(channels);
  for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
    const count = min(blockRows, rows - firstRow);
    for (let channel = 0; channel < vectorChannels; channel += 4) {
      const at = <usize>channel << 2;
      const center = v128.load(mean + at), factor = v128.load(scale + at), offset = v128.load(shift + at);
      let x = input + at, y = result + at;
      for (let row = 0; row < count; row++) {
        v128.store(y, f32x4.add(f32x4.mul(f32x4.sub(v128.load(x), center), factor), offset));
        x += step;
        y += step;
      }
    }
    for (let channel = vectorChannels; channel < channels; channel++) {
      const at = <usize>channel << 2;
      const center = load<f32>(mean + at), factor = load<f32>(scale + at), offset = load<f32>(shift + at);
      let x = input + at, y = result + at;
      for (let row = 0; row < count; row++) {
        store<f32>(y, (load<f32>(x) - center) * factor + offset);
        x += step;
        y += step;
      }
    }
    input += <usize>count * step;
    result += <usize>count * step;
  }
}

/**
 * input [rows, channels], gamma [channels], beta [channels] to output [rows, channels],
 * mean [channels] and (biased) variance [channels]. scratch: 8 bytes for each channel.
 */
export function batchNormalization(
  input: usize, gamma: usize, beta: usize, rows: i32, channels: i32, epsilon: f64,
  output: usize, mean: usize, variance: usize, scratch: usize,
): void {
  const inverseRows = 1 / <f64>rows;
  memory.fill(scratch, 0, <usize>channels << 3);
  addRows(input, rows, channels, scratch);
  for (let channel = 0; channel < channels; channel++) {
    const total = scratch + (<usize>channel << 3);
    store<f32>(mean + (<usize>channel << 2), <f32>(load<f64>(total) * inverseRows));
    store<f64>(total, 0);
  }
  addSquares(input, rows, channels, mean, scratch);
  for (let channel = 0; channel < channels; channel++) {
    const at = <usize>channel << 2;
    const value = load<f64>(scratch + (<usize>channel << 3)) * inverseRows;
    store<f32>(variance + at, <f32>value);
    // Position `channel` of the float32 scales is never beyond that of the float64 totals read so far.
    store<f32>(scratch + at, <f32>(<f64>load<f32>(gamma + at) / Math.sqrt(value + epsilon)));
  }
  normalizeRows(input, rows, channels, mean, scratch, beta, output);
}

/** Adds over rows: gradient to gradientTotals, gradient * (input - mean) to productTotals (float64). */
function addGradients(
  input: usize, gradient: usize, rows: i32, channels: i32, mean: usize,
  gradientTotals: usize, productTotals: usize,
): void {
  const vectorChannels = channels & ~3;
  const step = <usize>channels << 2;
  const blockRows = blockOf(channels);
  for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
    const count = min(blockRows, rows - firstRow);
    for (let channel = 0; channel < vectorChannels; channel += 4) {
      const at = <usize>channel << 2;
      const center = v128.load(mean + at);
      let x = input + at, dy = gradient + at;
      let sums = f32x4.splat(0), products = f32x4.splat(0);
      for (let row = 0; row < count; row++) {
        const value = v128.load(dy);
        sums = f32x4.add(sums, value);
        products = f32x4.add(products, f32x4.mul(value, f32x4.sub(v128.load(x), center)));
        x += step;
        dy += step;
      }
      addToTotals(gradientTotals + (<usize>channel << 3), sums);
      addToTotals(productTotals + (<usize>channel << 3), products);
    }
    for (let channel = vectorChannels; channel < channels; channel++) {
      const at = <usize>channel << 2;
      const center = load<f32>(mean + at);
      let x = input + at, dy = gradient + at;
      let sum: f64 = 0, product: f64 = 0;
      for (let row = 0; row < count; row++) {
        const value = <f64>load<f32>(dy);
        sum += value;
        product += value * <f64>(load<f32>(x) - center);
        x += step;
        dy += step;
      }
      const total = <usize>channel << 3;
      store<f64>(gradientTotals + total, load<f64>(gradientTotals + total) + sum);
      store<f64>(productTotals + total, load<f64>(productTotals + total) + product);
    }
    input += <usize>count * step;
    gradient += <usize>count * step;
  }
}

/** result = gradient * a + (input - mean) * b + c, with a, b, c [channels]. */
function combineRows(
  input: usize, gradient: usize, rows: i32, channels: i32, mean: usize,
  a: usize, b: usize, c: usize, result: usize,
): void {
  const vectorChannels = channels & ~3;
  const step = <usize>channels << 2;
  const blockRows = blockOf(channels);
  for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
    const count = min(blockRows, rows - firstRow);
    for (let channel = 0; channel < vectorChannels; channel += 4) {
      const at = <usize>channel << 2;
      const center = v128.load(mean + at);
      const va = v128.load(a + at), vb = v128.load(b + at), vc = v128.load(c + at);
      let x = input + at, dy = gradient + at, dx = result + at;
      for (let row = 0; row < count; row++) {
        const normalized = f32x4.mul(f32x4.sub(v128.load(x), center), vb);
        v128.store(dx, f32x4.add(f32x4.add(f32x4.mul(v128.load(dy), va), normalized), vc));
        x += step;
        dy += step;
        dx += step;
      }
    }
    for (let channel = vectorChannels; channel < channels; channel++) {
      const at = <usize>channel << 2;
      const center = load<f32>(mean + at);
      const va = load<f32>(a + at), vb = load<f32>(b + at), vc = load<f32>(c + at);
      let x = input + at, dy = gradient + at, dx = result + at;
      for (let row = 0; row < count; row++) {
        store<f32>(dx, load<f32>(dy) * va + (load<f32>(x) - center) * vb + vc);
        x += step;
        dy += step;
        dx += step;
      }
    }
    input += <usize>count * step;
    gradient += <usize>count * step;
    result += <usize>count * step;
  }
}

/**
 * input and outputGradient [rows, channels], gamma, mean and variance [channels] to
 * inputGradient [rows, channels]; adds to gammaGradient [channels] and betaGradient [channels],
 * which are shared by the norm groups. scratch: 28 bytes for each channel.
 */
export function batchNormalizationGradient(
  input: usize, outputGradient: usize, gamma: usize, mean: usize, variance: usize,
  rows: i32, channels: i32, epsilon: f64,
  inputGradient: usize, gammaGradient: usize, betaGradient: usize, scratch: usize,
): void {
  const gradientTotals = scratch;
  const productTotals = scratch + (<usize>channels << 3);
  const a = scratch + (<usize>channels << 4);
  const b = a + (<usize>channels << 2);
  const c = b + (<usize>channels << 2);
  memory.fill(scratch, 0, <usize>channels << 4);
  addGradients(input, outputGradient, rows, channels, mean, gradientTotals, productTotals);
  for (let channel = 0; channel < channels; channel++) {
    const at = <usize>channel << 2;
    const gradientSum = load<f64>(gradientTotals + (<usize>channel << 3));
    const productSum = load<f64>(productTotals + (<usize>channel << 3));
    const inverseDeviation = 1 / Math.sqrt(<f64>load<f32>(variance + at) + epsilon);
    const scale = <f64>load<f32>(gamma + at) * inverseDeviation;
    store<f32>(gammaGradient + at, <f32>(<f64>load<f32>(gammaGradient + at) + productSum * inverseDeviation));
    store<f32>(betaGradient + at, <f32>(<f64>load<f32>(betaGradient + at) + gradientSum));
    store<f32>(a + at, <f32>scale);
    store<f32>(b + at, <f32>(-scale * productSum * inverseDeviation * inverseDeviation / <f64>rows));
    store<f32>(c + at, <f32>(-scale * gradientSum / <f64>rows));
  }
  combineRows(input, outputGradient, rows, channels, mean, a, b, c, inputGradient);
}
