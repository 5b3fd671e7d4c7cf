import * as tf from "@tensorflow/tfjs";
import { registerBatchNormalization } from "./batch-normalization.js";
import { convolutionFilterGradient } from "./convolution-filter-gradient.js";

/** What TensorFlow.js lacks for training on WebGPU, and one kernel in place of its own. */
export function registerKernels(): void {
  const kernelName = "Conv2DBackpropFilter";
  tf.unregisterKernel(kernelName, "webgpu");
  tf.registerKernel({ kernelName, backendName: "webgpu", kernelFunc: convolutionFilterGradient });
  registerBatchNormalization();
}
