import * as tf from "@tensorflow/tfjs";
import type { KernelDefinition } from "./register.js";

interface Attributes {
  readonly strides: [number, number] | number;
  readonly dilations: [number, number] | number;
  readonly pad: "same" | "valid" | number | [[number, number], [number, number], [number, number], [number, number]];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly inputShape?: [number, number, number, number];
  readonly filterShape?: [number, number, number, number];
}

/** The shapes of a depthwise convolution in the order in which our kernels take them. */
function shapesOf(inputShape: readonly number[], filterShape: readonly number[], attributes: Attributes) {
  const shape = tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number], filterShape as [number, number, number, number],
    attributes.strides, attributes.dilations, attributes.pad, attributes.dimRoundingMode, true,
  );
  return [
    shape.batchSize, shape.inHeight, shape.inWidth, shape.inChannels, shape.outChannels / shape.inChannels,
    shape.outHeight, shape.outWidth, shape.filterHeight, shape.filterWidth,
    shape.strideHeight, shape.strideWidth, shape.dilationHeight, shape.dilationWidth,
    shape.padInfo.top, shape.padInfo.left,
  ] as const;
}

/** DepthwiseConv2dNativeBackpropFilter: x [N,H,W,C], dy [N,H',W',C*M] to [kH,kW,C,M]. */
export const depthwiseFilterGradient: KernelDefinition = {
  name: tf.DepthwiseConv2dNativeBackpropFilter,
  create: () => ({ inputs, attributes, workspace }) => {
    const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const filterShape = (attributes as unknown as Required<Attributes>).filterShape;
    const shapes = shapesOf(x.shape, filterShape, attributes as unknown as Attributes);
    const result = workspace.makeTensor(filterShape);
    const { kernels, addressOf } = workspace;
    kernels.depthwiseFilterGradient(addressOf(x), addressOf(dy), addressOf(result), ...shapes);
    return result;
  },
};

/** DepthwiseConv2dNativeBackpropInput: dy [N,H',W',C*M], filter [kH,kW,C,M] to [N,H,W,C]. */
export const depthwiseInputGradient: KernelDefinition = {
  name: tf.DepthwiseConv2dNativeBackpropInput,
  create: () => ({ inputs, attributes, workspace }) => {
    const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const inputShape = (attributes as unknown as Required<Attributes>).inputShape;
    const shapes = shapesOf(inputShape, filter.shape, attributes as unknown as Attributes);
    const result = workspace.makeTensor(inputShape);
    const { kernels, addressOf } = workspace;
    kernels.depthwiseInputGradient(addressOf(dy), addressOf(filter), addressOf(result), ...shapes);
    return result;
  },
};
