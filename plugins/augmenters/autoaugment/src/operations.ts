import type { TensorLike } from "@kdf/core";
import type { Tensor } from "@kdf/tensor";
import { brightness, color, contrast, invert, posterize, sharpness, solarize } from "./colour.js";
import { rotate, shearX, shearY, translateX, translateY } from "./geometry.js";
import { autoContrast, equalize } from "./histogram.js";

/** images [B,H,W,C] of whole numbers 0 to 255 -> the same, new. Called in a scope. */
type Operation = (images: TensorLike, value: number) => Tensor;

/** By the names that the paper and torchvision give them. */
export const operations = {
  ShearX: shearX,
  ShearY: shearY,
  TranslateX: translateX,
  TranslateY: translateY,
  Rotate: rotate,
  Brightness: brightness,
  Color: color,
  Contrast: contrast,
  Sharpness: sharpness,
  Posterize: posterize,
  Solarize: solarize,
  AutoContrast: autoContrast,
  Equalize: equalize,
  Invert: invert,
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;
