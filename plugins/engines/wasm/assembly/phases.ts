// The gradient of a convolution with respect to its input is a convolution of the output gradient.
// With stride s, input positions fall into s x s phases, each of which sees its own taps of the
// filter: one small convolution for each phase. What is here takes the filter apart before and puts
// the pixels together after.

import { copyFloats } from "./memory";

/**
 * The taps of one phase, flipped: filter [filterHeight, filterWidth, inputChannels, outputChannels] to
 * result [tapsHeight, tapsWidth, outputChannels, inputChannels].
 */
export function phaseFilter(
  filter: usize, result: usize, filterWidth: i32, inputChannels: i32, outputChannels: i32,
  strideHeight: i32, strideWidth: i32, phaseRow: i32, phaseColumn: i32, tapsHeight: i32, tapsWidth: i32,
): void {
  for (let tapRow = tapsHeight - 1; tapRow >= 0; tapRow--) {
    for (let tapColumn = tapsWidth - 1; tapColumn >= 0; tapColumn--) {
      const position = (phaseRow + strideHeight * tapRow) * filterWidth + phaseColumn + strideWidth * tapColumn;
      const tap = filter + (<usize>(position * inputChannels * outputChannels) << 2);
      for (let output = 0; output < outputChannels; output++) {
        let source = tap + (<usize>output << 2);
        for (let input = 0; input < inputChannels; input++) {
          store<f32>(result, load<f32>(source));
          result += 4;
          source += <usize>outputChannels << 2;
        }
      }
    }
  }
}

/**
 * Writes pixel (row, column) of phase [batch, phaseHeight, phaseWidth, channels] to pixel
 * (firstRow + strideHeight * row, firstColumn + strideWidth * column) of result [batch, height, width, channels],
 * where that is inside.
 */
export function scatterPhase(
  phase: usize, result: usize, batch: i32, phaseHeight: i32, phaseWidth: i32, channels: i32, height: i32, width: i32,
  strideHeight: i32, strideWidth: i32, firstRow: i32, firstColumn: i32,
): void {
  const pixelBytes = <usize>channels << 2;
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < phaseHeight; row++) {
      const targetRow = firstRow + strideHeight * row;
      if (targetRow >= 0 && targetRow < height) {
        const target = result + <usize>((image * height + targetRow) * width) * pixelBytes;
        let source = phase + <usize>((image * phaseHeight + row) * phaseWidth) * pixelBytes;
        for (let column = firstColumn; column < firstColumn + strideWidth * phaseWidth; column += strideWidth) {
          if (column >= 0 && column < width) copyFloats(target + <usize>column * pixelBytes, source, channels);
          source += pixelBytes;
        }
      }
    }
  }
}
