// Gradients of a depthwise convolution. With one filter per channel, four channels are done at once;
// with a channel multiplier, one output channel at a time.

import { zeroFloats } from "./memory";

/** First output position whose tap at `offset` is inside the input. */
function firstInside(offset: i32, stride: i32): i32 {
  return offset >= 0 ? 0 : (-offset + stride - 1) / stride;
}

/** One past the last output position, of `count`, whose tap at `offset` is inside an input of `size`. */
function endInside(offset: i32, stride: i32, size: i32, count: i32): i32 {
  return size <= offset ? 0 : min(count, (size - offset + stride - 1) / stride);
}

/**
 * input [batch, inputHeight, inputWidth, inputChannels] and
 * outputGradient [batch, outputHeight, outputWidth, inputChannels * multiplier] to
 * result [filterHeight, filterWidth, inputChannels, multiplier].
 */
export function depthwiseFilterGradient(
  input: usize, outputGradient: usize, result: usize,
  batch: i32, inputHeight: i32, inputWidth: i32, inputChannels: i32, multiplier: i32,
  outputHeight: i32, outputWidth: i32, filterHeight: i32, filterWidth: i32,
  strideHeight: i32, strideWidth: i32, dilationHeight: i32, dilationWidth: i32, padTop: i32, padLeft: i32,
): void {
  const outputChannels = inputChannels * multiplier;
  const vectorChannels = multiplier == 1 ? inputChannels & ~3 : 0;
  const inputStep = <usize>(strideWidth * inputChannels) << 2;
  const gradientStep = <usize>outputChannels << 2;
  zeroFloats(result, filterHeight * filterWidth * outputChannels);
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < outputHeight; row++) {
      for (let filterRow = 0; filterRow < filterHeight; filterRow++) {
        const inputRow = row * strideHeight + filterRow * dilationHeight - padTop;
        if (inputRow < 0 || inputRow >= inputHeight) continue;
        for (let filterColumn = 0; filterColumn < filterWidth; filterColumn++) {
          const offset = filterColumn * dilationWidth - padLeft;
          const first = firstInside(offset, strideWidth);
          const end = endInside(offset, strideWidth, inputWidth, outputWidth);
          const x = input + (<usize>(((image * inputHeight + inputRow) * inputWidth + first * strideWidth + offset) * inputChannels) << 2);
          const dy = outputGradient + (<usize>(((image * outputHeight + row) * outputWidth + first) * outputChannels) << 2);
          const target = result + (<usize>((filterRow * filterWidth + filterColumn) * outputChannels) << 2);
          for (let channel = 0; channel < vectorChannels; channel += 4) {
            const at = <usize>channel << 2;
            let a = x + at, b = dy + at, sum = f32x4.splat(0);
            for (let column = first; column < end; column++) {
              sum = f32x4.add(sum, f32x4.mul(v128.load(a), v128.load(b)));
              a += inputStep;
              b += gradientStep;
            }
            v128.store(target + at, f32x4.add(v128.load(target + at), sum));
          }
          for (let channel = vectorChannels; channel < outputChannels; channel++) {
            const at = <usize>channel << 2;
            let a = x + (<usize>(channel / multiplier) << 2), b = dy + at, sum: f32 = 0;
            for (let column = first; column < end; column++) {
              sum += load<f32>(a) * load<f32>(b);
              a += inputStep;
              b += gradientStep;
            }
            store<f32>(target + at, load<f32>(target + at) + sum);
          }
        }
      }
    }
  }
}

/**
 * outputGradient [batch, outputHeight, outputWidth, inputChannels * multiplier] and
 * filter [filterHeight, filterWidth, inputChannels, multiplier] to
 * result [batch, inputHeight, inputWidth, inputChannels].
 */
export function depthwiseInputGradient(
  outputGradient: usize, filter: usize, result: usize,
  batch: i32, inputHeight: i32, inputWidth: i32, inputChannels: i32, multiplier: i32,
  outputHeight: i32, outputWidth: i32, filterHeight: i32, filterWidth: i32,
  strideHeight: i32, strideWidth: i32, dilationHeight: i32, dilationWidth: i32, padTop: i32, padLeft: i32,
): void {
  const outputChannels = inputChannels * multiplier;
  const vectorChannels = multiplier == 1 ? inputChannels & ~3 : 0;
  const resultStep = <usize>(strideWidth * inputChannels) << 2;
  const gradientStep = <usize>outputChannels << 2;
  zeroFloats(result, batch * inputHeight * inputWidth * inputChannels);
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < outputHeight; row++) {
      for (let filterRow = 0; filterRow < filterHeight; filterRow++) {
        const inputRow = row * strideHeight + filterRow * dilationHeight - padTop;
        if (inputRow < 0 || inputRow >= inputHeight) continue;
        for (let filterColumn = 0; filterColumn < filterWidth; filterColumn++) {
          const offset = filterColumn * dilationWidth - padLeft;
          const first = firstInside(offset, strideWidth);
          const end = endInside(offset, strideWidth, inputWidth, outputWidth);
          const dx = result + (<usize>(((image * inputHeight + inputRow) * inputWidth + first * strideWidth + offset) * inputChannels) << 2);
          const dy = outputGradient + (<usize>(((image * outputHeight + row) * outputWidth + first) * outputChannels) << 2);
          const weights = filter + (<usize>((filterRow * filterWidth + filterColumn) * outputChannels) << 2);
          for (let channel = 0; channel < vectorChannels; channel += 4) {
            const at = <usize>channel << 2;
            const weight = v128.load(weights + at);
            let a = dx + at, b = dy + at;
            for (let column = first; column < end; column++) {
              v128.store(a, f32x4.add(v128.load(a), f32x4.mul(v128.load(b), weight)));
              a += resultStep;
              b += gradientStep;
            }
          }
          for (let channel = vectorChannels; channel < outputChannels; channel++) {
            const at = <usize>channel << 2;
            const weight = load<f32>(weights + at);
            let a = dx + (<usize>(channel / multiplier) << 2), b = dy + at;
            for (let column = first; column < end; column++) {
              store<f32>(a, load<f32>(a) + load<f32>(b) * weight);
              a += resultStep;
              b += gradientStep;
            }
          }
        }
      }
    }
  }
}
