import { distillerMisfit, type RandomStream, type TensorLike } from "@kdf/core";
import { rectifiedLinear, scope, type Tensor } from "@kdf/tensor";
import { BatchStandardization } from "./batch-standardization.js";
import { Convolution } from "./convolution.js";
import { Module } from "./module.js";
import type { TapPair } from "./tap-pairs.js";
import { TransposedConvolution } from "./transposed-convolution.js";

export interface MapRegressorOptions {
  /** The distiller's id, for its errors. */
  readonly distiller: string;
  readonly stream: RandomStream;
  /** Whether max(·, 0) follows the norm. */
  readonly rectified: boolean;
}

/**
 * Brings the student's map to the shape of the teacher's, as FitNets do (Romero et al. 2015) in the form that the
 * distillation literature trains: a convolution with biases, a batch norm and, if asked for, a ReLU. The convolution is of
 * 3x3 with stride 2 where the student's map is twice as large, transposed of 4x4 with stride 2 where it is half as large, and
 * otherwise, of equal or larger maps, as large as the sides differ, plus one.
 */
export class MapRegressor extends Module {
  readonly conv: Convolution | TransposedConvolution;
  readonly bn: BatchStandardization;
  readonly #rectified: boolean;

  /** Throws KDF_DISTILLER_MISFIT where the student's map is smaller and not half as large. */
  constructor(pair: TapPair, { distiller, stream, rectified }: MapRegressorOptions) {
    super();
    const [height = 0, width = 0, inputs = 0] = pair.student.shape;
    const [toHeight = 0, toWidth = 0, outputs = 0] = pair.teacher.shape;
    const channels = { inputs, outputs, bias: true };
    if (height === 2 * toHeight && width === 2 * toWidth) {
      this.conv = new Convolution({ ...channels, size: 3, stride: 2, padding: 1 }, stream);
    } else if (2 * height === toHeight && 2 * width === toWidth) {
      this.conv = new TransposedConvolution({ ...channels, size: 4, stride: 2, padding: 1 }, stream);
    } else if (height - toHeight === width - toWidth && height >= toHeight) {
      this.conv = new Convolution({ ...channels, size: 1 + height - toHeight }, stream);
    } else {
      throw distillerMisfit({
        distiller,
        problem: `no convolution brings the student's tap ${pair.student.name} of shape [${pair.student.shape.join(", ")}] to the teacher's ${pair.teacher.name} of shape [${pair.teacher.shape.join(", ")}]`,
        expected: "a student's map that is at least as large as the teacher's, or half as large",
        fix: `name other pairs in ${distiller}.taps, or choose another teacher or student`,
      });
    }
    this.bn = new BatchStandardization(outputs);
    this.#rectified = rectified;
  }

  /** x [B,H,W,C] of the student -> the teacher's shape, owned by the caller. */
  forward(x: TensorLike): Tensor {
    return scope(() => {
      const normalized = this.bn.forward(this.conv.forward(x));
      return this.#rectified ? rectifiedLinear(normalized) : normalized;
    });
  }
}
