import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { convolutionFilterGradient as program, divide } from "../programs/convolution-filter-gradient.js";

type Shape4 = [number, number, number, number];

/** The gradient of `conv2d` in its filter: x [B,H,W,C], dy [B,H',W',O] -> [height,width,C,O]. */
export function convolutionFilterGradient({ inputs, backend: given, attrs }: Parameters<tf.KernelFunc>[0]): tf.TensorInfo {
  const backend = given as WebGPUBackend;
  const { x, dy } = inputs as unknown as Record<"x" | "dy", tf.TensorInfo>;
  const { strides, pad, dimRoundingMode, filterShape } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
  const { padInfo, strideHeight, strideWidth } = tf.backend_util.computeConv2DInfo(x.shape as Shape4, filterShape, strides, 1, pad, dimRoundingMode);
  const [batch, height, width] = dy.shape as Shape4;
  const division = divide(filterShape, batch * height * width);
  const parts = backend.runWebGPUProgram(program(filterShape, division), [x, dy], "float32", [
    { type: "int32", data: [filterShape[0], filterShape[1]] },
    { type: "int32", data: [padInfo.top, padInfo.left] },
    { type: "int32", data: [strideHeight, strideWidth] },
    { type: "int32", data: [division.rowsPerChunk] },
  ]);
  const kernel = (name: string, input: tf.TensorInfo, attributes: object): tf.TensorInfo =>
    tf.getKernel(name, "webgpu").kernelFunc({ inputs: { x: input }, backend, attrs: attributes as tf.NamedAttrMap }) as tf.TensorInfo;
  const sum = kernel("Sum", parts, { axis: 0, keepDims: false });
  const gradient = kernel("Reshape", sum, { shape: filterShape });
  backend.disposeData(parts.dataId);
  backend.disposeData(sum.dataId);
  return gradient;
}
