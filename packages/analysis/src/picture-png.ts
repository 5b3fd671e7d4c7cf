import { encode } from "fast-png";

/** A PNG file of pixels [H,W,C], 8 bits each: grey, grey with alpha, RGB or RGBA by the number of channels. */
export function encodePng(picture: { readonly height: number; readonly width: number; readonly channels: number }, pixels: Uint8Array): Uint8Array {
  const { height, width, channels } = picture;
  return encode({ height, width, channels: channels as 1 | 2 | 3 | 4, depth: 8, data: pixels });
}
