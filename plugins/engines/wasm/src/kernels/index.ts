// Kernels that training needs and tfjs 4.22.0 lacks or has slow on wasm.
//
// Checked against the kernels that the gradients of convolutional networks and their losses use.
// Registered by tfjs and left alone: AddN, ArgMax, AvgPool, BatchMatMul (of two large matrices), Cast, ClipByValue, Concat, Conv2D,
// DepthwiseConv2dNative, Equal, Exp, ExpandDims, Fill, Greater, GreaterEqual, IsNan, Log, Log1p, LogicalAnd, Max,
// MaxPool, Maximum, Minimum, Neg, OneHot, Pow, RealDiv, Relu, Reshape, ResizeBilinear, ResizeBilinearGrad, Rsqrt,
// Select, Sigmoid, Softmax (LogSoftmax is a composition in tfjs itself), Softplus, Sqrt, Square, SquaredDifference,
// Step, Tanh, TopK, Transpose, ZerosLike. Lacking still, and used by nothing in training: Einsum, FFT.
import * as tf from "@tensorflow/tfjs";
import {
  batchNormalizationTraining, batchNormalizationTrainingGradient, batchNormalizationTrainingGradientRule,
} from "./batch-normalization.js";
import { add, mean, multiply, subtract, sum } from "./channels.js";
import { convolutionFilterGradient } from "./convolution-filter-gradient.js";
import { convolutionInputGradient } from "./convolution-input-gradient.js";
import { gather, pad, reverse, slice, split, tile } from "./copies.js";
import { depthwiseFilterGradient, depthwiseInputGradient } from "./depthwise-gradients.js";
import { identity } from "./identity.js";
import { matrixProduct } from "./matrix-product.js";
import { averagePoolGradient, maximumPoolGradient } from "./pooling-gradients.js";
import { rectifier, rectifierGradient, rectifierGradientRule } from "./rectifier.js";
import { registerKernel } from "./register.js";
import { unsortedSegmentSum } from "./segment-sum.js";

const kernels = [
  convolutionFilterGradient, convolutionInputGradient, depthwiseFilterGradient, depthwiseInputGradient,
  unsortedSegmentSum, batchNormalizationTraining, batchNormalizationTrainingGradient, rectifier, rectifierGradient,
  maximumPoolGradient, averagePoolGradient, sum, mean, add, subtract, multiply, slice, split, pad, tile, reverse, gather,
  identity, matrixProduct,
];

let registered = false;

/** Registers the kernels and their gradients with tfjs, once in a process. */
export function registerKernels(): void {
  if (registered) return;
  registered = true;
  kernels.forEach(registerKernel);
  tf.registerGradient(batchNormalizationTrainingGradientRule);
  tf.registerGradient(rectifierGradientRule);
}
