// Gradients of pooling over images in NHWC, four channels at a time. Windows are clipped to the input.

import { zeroFloats } from "./memory";

/**
 * input [batch, inputHeight, inputWidth, channels], outputGradient [batch, outputHeight, outputWidth, channels] to
 * result like input: each window's gradient goes to the first of its largest values.
 */
export function maximumPoolGradient(
  input: usize, outputGradient: usize, result: usize, batch: i32, inputHeight: i32, inputWidth: i32, channels: i32,
  outputHeight: i32, outputWidth: i32, windowHeight: i32, windowWidth: i32, strideHeight: i32, strideWidth: i32,
  padTop: i32, padLeft: i32,
): void {
  const vectorChannels = channels & ~3;
  const pixelBytes = <usize>channels << 2;
  const rowBytes = <usize>inputWidth * pixelBytes;
  zeroFloats(result, batch * inputHeight * inputWidth * channels);
  for (let image = 0; image < batch; image++) {
    const imageBytes = <usize>(image * inputHeight) * rowBytes;
    for (let row = 0; row < outputHeight; row++) {
      const firstRow = max(0, row * strideHeight - padTop);
      const endRow = min(inputHeight, row * strideHeight - padTop + windowHeight);
      for (let column = 0; column < outputWidth; column++) {
        const firstColumn = max(0, column * strideWidth - padLeft);
        const endColumn = min(inputWidth, column * strideWidth - padLeft + windowWidth);
        for (let channel = 0; channel < vectorChannels; channel += 4) {
          const at = imageBytes + (<usize>channel << 2);
          let largest = f32x4.splat(-f32.MAX_VALUE);
          for (let y = firstRow; y < endRow; y++) {
            for (let x = firstColumn; x < endColumn; x++) {
              largest = f32x4.max(largest, v128.load(input + at + <usize>y * rowBytes + <usize>x * pixelBytes));
            }
          }
          const gradient = v128.load(outputGradient + (<usize>channel << 2));
          let open = i32x4.splat(-1);
          for (let y = firstRow; y < endRow; y++) {
            for (let x = firstColumn; x < endColumn; x++) {
              const position = at + <usize>y * rowBytes + <usize>x * pixelBytes;
              const found = v128.and(open, f32x4.eq(v128.load(input + position), largest));
              const target = result + position;
              v128.store(target, f32x4.add(v128.load(target), v128.and(gradient, found)));
              open = v128.andnot(open, found);
            }
          }
        }
        for (let channel = vectorChannels; channel < channels; channel++) {
          const at = imageBytes + (<usize>channel << 2);
          let largest: f32 = -f32.MAX_VALUE;
          let place = result + at;
          for (let y = firstRow; y < endRow; y++) {
            for (let x = firstColumn; x < endColumn; x++) {
              const position = at + <usize>y * rowBytes + <usize>x * pixelBytes;
              const value = load<f32>(input + position);
              if (value > largest) {
                largest = value;
                place = result + position;
              }
            }
          }
          if (endRow > firstRow && endColumn > firstColumn) {
            store<f32>(place, load<f32>(place) + load<f32>(outputGradient + (<usize>channel << 2)));
          }
        }
        outputGradient += pixelBytes;
      }
    }
  }
}

/** As above, without padding: each window's gradient is spread evenly over it. */
export function averagePoolGradient(
  outputGradient: usize, result: usize, batch: i32, inputHeight: i32, inputWidth: i32, channels: i32,
  outputHeight: i32, outputWidth: i32, windowHeight: i32, windowWidth: i32, strideHeight: i32, strideWidth: i32,
): void {
  const vectorChannels = channels & ~3;
  const pixelBytes = <usize>channels << 2;
  const rowBytes = <usize>inputWidth * pixelBytes;
  const share: f32 = 1 / <f32>(windowHeight * windowWidth);
  const shares = f32x4.splat(share);
  zeroFloats(result, batch * inputHeight * inputWidth * channels);
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < outputHeight; row++) {
      for (let column = 0; column < outputWidth; column++) {
        const corner = result + <usize>(image * inputHeight + row * strideHeight) * rowBytes
          + <usize>(column * strideWidth) * pixelBytes;
        for (let y = 0; y < windowHeight; y++) {
          let target = corner + <usize>y * rowBytes;
          for (let x = 0; x < windowWidth; x++) {
            for (let channel = 0; channel < vectorChannels; channel += 4) {
              const at = <usize>channel << 2;
              const part = f32x4.mul(v128.load(outputGradient + at), shares);
              v128.store(target + at, f32x4.add(v128.load(target + at), part));
            }
            for (let channel = vectorChannels; channel < channels; channel++) {
              const at = <usize>channel << 2;
              store<f32>(target + at, load<f32>(target + at) + load<f32>(outputGradient + at) * share);
            }
            target += pixelBytes;
          }
        }
        outputGradient += pixelBytes;
      }
    }
  }
}
