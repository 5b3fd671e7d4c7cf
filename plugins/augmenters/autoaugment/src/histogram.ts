import type { TensorLike } from "@kdf/core";
import {
  add, clip, cumulativeSum, divide, equal, floats, floor, gather, greater, largest, maximum, multiply, occurrences, reshape,
  smallest, subtract, sum, toFloat, toInteger, transpose, type Tensor,
} from "@kdf/tensor";

/** Operations that look at a whole channel of an image: [B,H,W,C] of whole numbers 0 to 255, as float32. */

/** Stretches each channel to 0 to 255; one of a single level stays. */
export const autoContrast = (images: TensorLike): Tensor => {
  const [low, high] = [smallest(images, [1, 2], true), largest(images, [1, 2], true)];
  const flat = toFloat(equal(low, high));
  const varied = subtract(1, flat);
  const scale = divide(add(multiply(varied, 255), flat), add(subtract(high, low), flat));
  return floor(clip(multiply(subtract(images, multiply(low, varied)), scale), 0, 255));
};

/**
 * Maps the levels of each channel so that they are used about equally often: level v becomes (pixels below v + half a
 * step) / step, where a step is 1/255 of the pixels that are not of the highest level, rounded down. Where that is no
 * pixel, the channel stays.
 */
export const equalize = (images: TensorLike): Tensor => {
  const [size = 0, height = 0, width = 0, channels = 0] = images.shape;
  const [groups, pixels] = [size * channels, height * width];
  const levels = reshape(channels === 1 ? images : transpose(images, [0, 3, 1, 2]), [groups, pixels]);
  const highest = sum(toFloat(equal(levels, largest(levels, 1, true))), 1, true);
  // Half a pixel more keeps divisions of whole numbers away from whole numbers, on engines that divide roughly too.
  const step = floor(divide(add(subtract(pixels, highest), 0.5), 255));
  // Each channel counts in 256 places of its own.
  const starts = floats(Array.from({ length: groups }, (_, group) => group * 256), [groups, 1]);
  const places = toInteger(reshape(add(levels, starts), [groups * pixels]));
  const below = cumulativeSum(reshape(occurrences(places, groups * 256), [groups, 256]), true);
  const table = clip(floor(divide(add(add(below, floor(multiply(step, 0.5))), 0.5), maximum(step, 1))), 0, 255);
  const mapped = reshape(gather(reshape(table, [groups * 256]), places), [groups, pixels]);
  const varied = toFloat(greater(step, 0.5));
  const equalized = add(multiply(mapped, varied), multiply(levels, subtract(1, varied)));
  if (channels === 1) return reshape(equalized, [size, height, width, channels]);
  return transpose(reshape(equalized, [size, channels, height, width]), [0, 2, 3, 1]);
};
