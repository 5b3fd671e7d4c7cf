// The gradient of a convolution with respect to its filter, as many small products of matrices.
//
// In NHWC the window that one output pixel sees in one filter row is `filterWidth * inputChannels`
// consecutive numbers. So for each filter row the gradient is a matrix
//   [filterWidth * inputChannels, outputChannels] = sum over pixels of window^T x outputGradient,
// and no patch matrix has to be written out. A few rows of the image are copied with their padding
// into scratch memory that stays in cache, and every tile of the result is updated
// from there.

import { alignUp, copyFloats, zeroFloats } from "./memory";

/** Rows and columns of the tile of the result that lives in registers. */
const TILE_ROWS: i32 = 6;
const TILE_COLUMNS: i32 = 8;

/** Bytes of image and gradient rows that one pass works on. Measured: 16 to 256 KiB differ by a tenth. */
const BLOCK_BYTES: i32 = 64 * 1024;

/**
 * Adds to a 6 x 8 tile of `sums` the products of `rows` x `pixels` pixels. The sums of one call
 * start from zero and are added at the end: short chains of additions keep the rounding error
 * of a sum over a whole batch small.
 */
function addTile(
  window: usize, windowPixelBytes: usize, windowRowBytes: usize,
  gradient: usize, gradientPixelBytes: usize,
  rows: i32, pixels: i32,
  sums: usize, sumsRowBytes: usize,
): void {
  let s00 = f32x4.splat(0), s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0), s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0), s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0), s31 = f32x4.splat(0);
  let s40 = f32x4.splat(0), s41 = f32x4.splat(0);
  let s50 = f32x4.splat(0), s51 = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    let a = window;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const b0 = v128.load(gradient);
      const b1 = v128.load(gradient, 16);
      let w = v128.load32_splat(a);
      s00 = f32x4.add(s00, f32x4.mul(w, b0));
      s01 = f32x4.add(s01, f32x4.mul(w, b1));
      w = v128.load32_splat(a, 4);
      s10 = f32x4.add(s10, f32x4.mul(w, b0));
      s11 = f32x4.add(s11, f32x4.mul(w, b1));
      w = v128.load32_splat(a, 8);
      s20 = f32x4.add(s20, f32x4.mul(w, b0));
      s21 = f32x4.add(s21, f32x4.mul(w, b1));
      w = v128.load32_splat(a, 12);
      s30 = f32x4.add(s30, f32x4.mul(w, b0));
      s31 = f32x4.add(s31, f32x4.mul(w, b1));
      w = v128.load32_splat(a, 16);
      s40 = f32x4.add(s40, f32x4.mul(w, b0));
      s41 = f32x4.add(s41, f32x4.mul(w, b1));
      w = v128.load32_splat(a, 20);
      s50 = f32x4.add(s50, f32x4.mul(w, b0));
      s51 = f32x4.add(s51, f32x4.mul(w, b1));
      a += windowPixelBytes;
      gradient += gradientPixelBytes;
    }
    window += windowRowBytes;
  }
  addPair(sums, s00, s01);
  addPair(sums + sumsRowBytes, s10, s11);
  addPair(sums + 2 * sumsRowBytes, s20, s21);
  addPair(sums + 3 * sumsRowBytes, s30, s31);
  addPair(sums + 4 * sumsRowBytes, s40, s41);
  addPair(sums + 5 * sumsRowBytes, s50, s51);
}

function addPair(pointer: usize, first: v128, second: v128): void {
  v128.store(pointer, f32x4.add(v128.load(pointer), first));
  v128.store(pointer, f32x4.add(v128.load(pointer, 16), second), 16);
}

/** Copies `rows` rows of one image, from `firstRow` (may be negative), with zeros around them. */
function packRows(
  image: usize, packed: usize, firstRow: i32, rows: i32,
  inputHeight: i32, inputWidth: i32, channels: i32, padLeft: i32, packedWidth: i32,
): void {
  const packedRowBytes = <usize>(packedWidth * channels) << 2;
  const inputRowBytes = <usize>(inputWidth * channels) << 2;
  const copied = min(inputWidth, packedWidth - padLeft);
  for (let row = 0; row < rows; row++) {
    const source = firstRow + row;
    if (source < 0 || source >= inputHeight || copied <= 0) {
      zeroFloats(packed, packedWidth * channels);
    } else {
      zeroFloats(packed, padLeft * channels);
      copyFloats(packed + (<usize>(padLeft * channels) << 2), image + <usize>source * inputRowBytes, copied * channels);
      const filled = padLeft + copied;
      zeroFloats(packed + (<usize>(filled * channels) << 2), (packedWidth - filled) * channels);
    }
    packed += packedRowBytes;
  }
}

/** Copies rows of `channels` numbers to rows of `padded` numbers, the rest zeros. */
function packGradient(source: usize, packed: usize, pixels: i32, channels: i32, padded: i32): void {
  for (let pixel = 0; pixel < pixels; pixel++) {
    copyFloats(packed, source, channels);
    zeroFloats(packed + (<usize>channels << 2), padded - channels);
    source += <usize>channels << 2;
    packed += <usize>padded << 2;
  }
}

/** Output rows that one pass works on. */
function rowsPerBlock(
  outputHeight: i32, strideHeight: i32, filterHeight: i32, packedRowBytes: i32, gradientRowBytes: i32,
): i32 {
  const left = BLOCK_BYTES - max(filterHeight - strideHeight, 0) * packedRowBytes;
  return max(1, min(outputHeight, left / (strideHeight * packedRowBytes + gradientRowBytes)));
}

/** Bytes of scratch memory that one call of `filterGradient` needs for these shapes. */
export function filterGradientScratchBytes(
  inputChannels: i32, outputHeight: i32, outputWidth: i32, outputChannels: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
): usize {
  const packedWidth = (outputWidth - 1) * strideWidth + filterWidth;
  const paddedChannels = alignUp(outputChannels, TILE_COLUMNS);
  const packedRowBytes = (packedWidth * inputChannels) << 2;
  const gradientRowBytes = (outputWidth * paddedChannels) << 2;
  const blockRows = rowsPerBlock(outputHeight, strideHeight, filterHeight, packedRowBytes, gradientRowBytes);
  const packedRows = (blockRows - 1) * strideHeight + filterHeight;
  const sumRows = filterHeight * alignUp(filterWidth * inputChannels, TILE_ROWS);
  return <usize>(packedRows * packedRowBytes + (TILE_ROWS << 2) + blockRows * gradientRowBytes
    + ((sumRows * paddedChannels) << 2) + 64);
}

/**
 * input [batch, inputHeight, inputWidth, inputChannels] and
 * outputGradient [batch, outputHeight, outputWidth, outputChannels] to
 * result [filterHeight, filterWidth, inputChannels, outputChannels], of which one call computes a part: filter rows
 * from `firstFilterRow` to before `endFilterRow`, output channels from `firstChannel` (a multiple of 8) to before
 * `endChannel`. Each number of the result is the same however the parts are cut.
 */
export function filterGradient(
  input: usize, outputGradient: usize, result: usize, scratch: usize,
  batch: i32, inputHeight: i32, inputWidth: i32, inputChannels: i32,
  outputHeight: i32, outputWidth: i32, outputChannels: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32, padTop: i32, padLeft: i32,
  firstFilterRow: i32, endFilterRow: i32, firstChannel: i32, endChannel: i32,
): void {
  const packedWidth = (outputWidth - 1) * strideWidth + filterWidth;
  const windowSize = filterWidth * inputChannels;
  const sumRows = alignUp(windowSize, TILE_ROWS);
  const paddedChannels = alignUp(outputChannels, TILE_COLUMNS);
  const packedRowBytes = <usize>(packedWidth * inputChannels) << 2;
  const gradientPixelBytes = <usize>paddedChannels << 2;
  const gradientRowBytes = <usize>outputWidth * gradientPixelBytes;
  const blockRows = rowsPerBlock(outputHeight, strideHeight, filterHeight, <i32>packedRowBytes, <i32>gradientRowBytes);
  const filterRows = endFilterRow - firstFilterRow;
  const inputImageBytes = <usize>(inputHeight * inputWidth * inputChannels) << 2;
  const gradientPixels = outputHeight * outputWidth;

  const sums = (scratch + 15) & ~15;
  const sumsRowBytes = gradientPixelBytes;
  const packedGradient = sums + <usize>(filterRows * sumRows) * sumsRowBytes;
  const packed = packedGradient + <usize>blockRows * gradientRowBytes;
  zeroFloats(sums, filterRows * sumRows * paddedChannels);

  const windowPixelBytes = <usize>(strideWidth * inputChannels) << 2;
  const windowRowBytes = <usize>strideHeight * packedRowBytes;
  for (let image = 0; image < batch; image++) {
    for (let firstRow = 0; firstRow < outputHeight; firstRow += blockRows) {
      const rows = min(blockRows, outputHeight - firstRow);
      packRows(
        input + <usize>image * inputImageBytes, packed, firstRow * strideHeight - padTop + firstFilterRow,
        (rows - 1) * strideHeight + filterRows, inputHeight, inputWidth, inputChannels, padLeft, packedWidth,
      );
      let gradient = outputGradient
        + (<usize>((image * gradientPixels + firstRow * outputWidth) * outputChannels) << 2);
      if (paddedChannels != outputChannels) {
        packGradient(gradient, packedGradient, rows * outputWidth, outputChannels, paddedChannels);
        gradient = packedGradient;
      }
      for (let filterRow = 0; filterRow < filterRows; filterRow++) {
        const windowRow = packed + <usize>filterRow * packedRowBytes;
        for (let column = firstChannel; column < endChannel; column += TILE_COLUMNS) {
          const columnBytes = <usize>column << 2;
          for (let row = 0; row < windowSize; row += TILE_ROWS) {
            addTile(
              windowRow + (<usize>row << 2), windowPixelBytes, windowRowBytes,
              gradient + columnBytes, gradientPixelBytes, rows, outputWidth,
              sums + <usize>(filterRow * sumRows + row) * sumsRowBytes + columnBytes, sumsRowBytes,
            );
          }
        }
      }
    }
  }
  for (let filterRow = 0; filterRow < filterRows; filterRow++) {
    for (let row = 0; row < windowSize; row++) {
      copyFloats(
        result + (<usize>(((firstFilterRow + filterRow) * windowSize + row) * outputChannels + firstChannel) << 2),
        sums + <usize>(filterRow * sumRows + row) * sumsRowBytes + (<usize>firstChannel << 2),
        endChannel - firstChannel,
      );
    }
  }
}
