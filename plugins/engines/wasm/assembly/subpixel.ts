// The gradient of a convolution with respect to its input is a convolution of the output gradient.
// With stride s, input positions fall into s x s phases, each of which sees its own part of the
// filter. All phases are computed by one convolution with one group of output channels for each
// phase ("sub-pixel convolution"); what is here rearranges the filter before it and the pixels after.

import { copyFloats, zeroFloats } from "./memory";

/**
 * filter [filterHeight, filterWidth, inputChannels, outputChannels] to
 * result [tapsHeight, tapsWidth, outputChannels, phasesHeight * phasesWidth * inputChannels],
 * flipped; taps that a phase does not have are zero.
 */
export function subpixelFilter(
  filter: usize, result: usize,
  filterHeight: i32, filterWidth: i32, inputChannels: i32, outputChannels: i32,
  strideHeight: i32, strideWidth: i32, tapsHeight: i32, tapsWidth: i32, phasesHeight: i32, phasesWidth: i32,
): void {
  for (let tapRow = tapsHeight - 1; tapRow >= 0; tapRow--) {
    for (let tapColumn = tapsWidth - 1; tapColumn >= 0; tapColumn--) {
      for (let output = 0; output < outputChannels; output++) {
        for (let phaseRow = 0; phaseRow < phasesHeight; phaseRow++) {
          for (let phaseColumn = 0; phaseColumn < phasesWidth; phaseColumn++) {
            const row = phaseRow + strideHeight * tapRow;
            const column = phaseColumn + strideWidth * tapColumn;
            if (row >= filterHeight || column >= filterWidth) {
              zeroFloats(result, inputChannels);
              result += <usize>inputChannels << 2;
              continue;
            }
            let source = filter + (<usize>((row * filterWidth + column) * inputChannels * outputChannels + output) << 2);
            for (let input = 0; input < inputChannels; input++) {
              store<f32>(result, load<f32>(source));
              result += 4;
              source += <usize>outputChannels << 2;
            }
          }
        }
      }
    }
  }
}

/**
 * phases [batch, height, width, phasesHeight * phasesWidth * channels] to
 * result [batch, resultHeight, resultWidth, channels]: position p of the result is phase
 * (p + pad) mod stride of pixel floor((p + pad) / stride) - first, or zero where there is no such phase.
 */
export function interleavePhases(
  phases: usize, result: usize,
  batch: i32, height: i32, width: i32, channels: i32, resultHeight: i32, resultWidth: i32,
  strideHeight: i32, strideWidth: i32, phasesHeight: i32, phasesWidth: i32, padTop: i32, padLeft: i32,
): void {
  const firstRow = padTop / strideHeight;
  const channelBytes = <usize>channels << 2;
  const pixelBytes = <usize>(phasesHeight * phasesWidth) * channelBytes;
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < resultHeight; row++) {
      const phaseRow = (row + padTop) % strideHeight;
      const sourceRow = phases
        + <usize>((image * height + (row + padTop) / strideHeight - firstRow) * width) * pixelBytes;
      let phaseColumn = padLeft % strideWidth;
      let source = sourceRow;
      for (let column = 0; column < resultWidth; column++) {
        if (phaseRow < phasesHeight && phaseColumn < phasesWidth) {
          copyFloats(result, source + <usize>(phaseRow * phasesWidth + phaseColumn) * channelBytes, channels);
        } else {
          zeroFloats(result, channels);
        }
        result += channelBytes;
        if (++phaseColumn == strideWidth) {
          phaseColumn = 0;
          source += pixelBytes;
        }
      }
    }
  }
}
