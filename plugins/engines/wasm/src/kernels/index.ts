// Kernels that training needs and tfjs 4.22.0 lacks or has slow on wasm.
//
// Checked against the kernels that the gradients of convolutional networks and their losses use.
// Registered by tfjs and left alone: Add (same shape), AddN, ArgMax, AvgPool, AvgPoolGrad, BatchMatMul, Cast,
// ClipByValue, Concat, Conv2D, DepthwiseConv2dNative, Equal, Exp, ExpandDims, Fill, GatherV2, Greater, GreaterEqual,
// IsNan (tfjs lists a second kernel, IsNaN, on cpu alone: no operation calls it), Log, Log1p, LogicalAnd, Max,
// MaxPool, MaxPoolGrad, Maximum, Mean, Minimum, Neg, OneHot, Pow, RealDiv, Relu, Reshape, ResizeBilinear,
// ResizeBilinearGrad, Reverse, Rsqrt, Select, Sigmoid, Softmax (LogSoftmax is a composition in tfjs itself), Softplus,
// SplitV, Sqrt, Square, SquaredDifference, Step, Tanh, Tile, TopK, Transpose, ZerosLike.
import * as tf from "@tensorflow/tfjs";
import {
  batchNormalizationTraining, batchNormalizationTrainingGradient, batchNormalizationTrainingGradientRule,
} from "./batch-normalization.js";
import { add, multiply, subtract, sum } from "./channels.js";
import { convolutionFilterGradient } from "./convolution-filter-gradient.js";
import { convolutionInputGradient } from "./convolution-input-gradient.js";
import { pad, slice } from "./copies.js";
import { depthwiseFilterGradient, depthwiseInputGradient } from "./depthwise-gradients.js";
import { rectifier, rectifierGradient, rectifierGradientRule } from "./rectifier.js";
import { registerKernel } from "./register.js";
import { unsortedSegmentSum } from "./segment-sum.js";

const kernels = [
  convolutionFilterGradient, convolutionInputGradient, depthwiseFilterGradient, depthwiseInputGradient,
  unsortedSegmentSum, batchNormalizationTraining, batchNormalizationTrainingGradient, rectifier, rectifierGradient,
  sum, add, subtract, multiply, slice, pad,
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
