import * as tf from "@tensorflow/tfjs";

type Kernel = (call: { inputs: Record<string, tf.TensorInfo>; attrs: object; backend: object }) => tf.TensorInfo;

/**
 * Registers, in place of TensorFlow's Conv2DBackpropInput, the same gradient as a forward convolution where one serves:
 * dy [N,H,W,K] with the filter [k,k,C,K] turned by half a circle and with its channels exchanged, [k,k,K,C], gives
 * [N,H,W,C]. With stride 1 and a padding that is the same on all sides nothing else changes. On a processor TensorFlow's
 * own kernel takes 2 to 30 times as long for it (docs/adr/0007).
 */
export function registerConvolutionGradient(backendName: string): void {
  const own = tf.getKernel(tf.Conv2DBackpropInput, backendName).kernelFunc as unknown as Kernel;
  tf.unregisterKernel(tf.Conv2DBackpropInput, backendName);
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropInput,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { dy, filter } = inputs as unknown as { dy: tf.Tensor4D; filter: tf.Tensor4D };
      return isForward(attrs as unknown as tf.Conv2DBackpropInputAttrs, filter.shape)
        ? tf.tidy(() => tf.conv2d(dy, tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D, 1, "same"))
        : own({ inputs: { dy, filter }, attrs: attrs!, backend: backend as object });
    },
  });
}

/** Channels-last, stride 1, and a window of odd size, so that "same" adds as much before as after. */
function isForward({ strides, pad, dataFormat }: tf.Conv2DBackpropInputAttrs, [height, width]: readonly number[]): boolean {
  const [down, across] = Array.isArray(strides) ? strides : [strides, strides];
  return dataFormat === "NHWC" && down === 1 && across === 1 && pad === "same" && height! % 2 === 1 && width! % 2 === 1;
}
