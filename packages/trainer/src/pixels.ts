import type { BatchInfo } from "@kdf/core";

/** Pixels 0 to 255 of values [N,H,W,C] in a data set's normalisation; what lies beyond is cut off. */
export function toPixels(values: ArrayLike<number>, { channels, mean, std }: Pick<BatchInfo, "channels" | "mean" | "std">): Uint8Array {
  return Uint8Array.from(values, (value, at) => {
    const channel = at % channels;
    return Math.min(255, Math.max(0, Math.round((value * std[channel]! + mean[channel]!) * 255)));
  });
}
