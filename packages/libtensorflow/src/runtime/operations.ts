import { detach, type BatchStatistics, type RunningStatistics, type TrackedNormalization, type TrainingOperations } from "@kdf/tensor";
import * as tf from "@tensorflow/tfjs";
import type { Binding, NativeBackend, OperationAttribute } from "./native-backend.js";

/** Names in TensorFlow.js's registry of kernels. */
const normalization = "KdfNativeBatchNormalization";
const normalizationGradient = "KdfNativeBatchNormalizationGradient";
const rectifier = "KdfNativeRectifier";
const rectifierGradient = "KdfNativeRectifierGradient";
const crossEntropy = "KdfNativeSoftmaxCrossEntropy";

type Inputs = Record<string, tf.Tensor>;

/** Registers TensorFlow's own operations for training, where TensorFlow.js composes many, and their gradients. */
export function registerOperations(backendName: string, backend: NativeBackend, binding: Binding): void {
  const type = (name: string): OperationAttribute => ({ name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT });
  const ofNormalization = (epsilon: number): OperationAttribute[] => [
    type("T"),
    type("U"),
    { name: "epsilon", type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: "data_format", type: binding.TF_ATTR_STRING, value: "NHWC" },
    { name: "is_training", type: binding.TF_ATTR_BOOL, value: true },
  ];
  const kernels: Record<string, (inputs: Inputs, attributes: { readonly epsilon: number; readonly momentum: number }) => tf.Tensor | tf.Tensor[]> = {
    /** -> output, running mean, running unbiased variance, and three tensors that the gradient wants. mean and variance are empty where momentum is 1. */
    [normalization]: ({ x, gamma, beta, mean, variance }, { epsilon, momentum }) => {
      const share = { name: "exponential_avg_factor", type: binding.TF_ATTR_FLOAT, value: momentum };
      return backend.executeMultipleOutputs("FusedBatchNormV3", [...ofNormalization(epsilon), share], [x!, gamma!, beta!, mean!, variance!], 6);
    },
    [normalizationGradient]: ({ dy, x, gamma, mean, variance, workspace }, { epsilon }) => {
      const [dx, dgamma, ...unused] = backend.executeMultipleOutputs(
        "FusedBatchNormGradV3", ofNormalization(epsilon), [dy!, x!, gamma!, mean!, variance!, workspace!], 5,
      );
      tf.dispose(unused);
      // oneDNN adds one number after another in float32, which loses what cancels: 3e-4 of the norm in wrn_16_1.
      return [dx!, dgamma!, tf.sum(dy!, [0, 1, 2])];
    },
    /** -> the loss of each row, and its gradient in the logits */
    [crossEntropy]: ({ logits, labels }) => {
      const index = { name: "Tlabels", type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 };
      return backend.executeMultipleOutputs("SparseSoftmaxCrossEntropyWithLogits", [type("T"), index], [logits!, labels!], 2);
    },
    [rectifier]: ({ x }) => backend.executeSingleOutput("Relu", [type("T")], [x!]),
    [rectifierGradient]: ({ dy, output }) => backend.executeSingleOutput("ReluGrad", [type("T")], [dy!, output!]),
  };
  for (const [kernelName, run] of Object.entries(kernels)) {
    tf.registerKernel({ kernelName, backendName, kernelFunc: ({ inputs, attrs }) => run(inputs as Inputs, attrs as never) as tf.TensorInfo | tf.TensorInfo[] });
  }
  tf.registerGradient({
    kernelName: normalization,
    inputsToSave: ["x", "gamma"],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: (dys, [x, gamma, mean, variance, workspace], attributes) => {
      const inputs = { dy: (dys as tf.Tensor[])[0]!, x: x!, gamma: gamma!, mean: mean!, variance: variance!, workspace: workspace! };
      // Now, all three: TensorFlow.js calls each function in a scope of its own, which would dispose the others.
      const [dx, dgamma, dbeta] = tf.engine().runKernel(normalizationGradient, inputs, attributes) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
      return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
    },
  });
  tf.registerGradient({
    kernelName: crossEntropy,
    outputsToSave: [false, true],
    gradFunc: (dys, [gradient]) => ({ logits: () => tf.mul(tf.expandDims((dys as tf.Tensor[])[0]!, 1), gradient!) }),
  });
  tf.registerGradient({
    kernelName: rectifier,
    outputsToSave: [true],
    gradFunc: (dy, [output]) => ({ x: () => tf.engine().runKernel(rectifierGradient, { dy: dy as tf.Tensor, output: output! }) as tf.Tensor }),
  });
}

/** One norm group after the other, each with the running statistics that the former left: the output of all, and the statistics of each. */
function normalize(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, first: RunningStatistics & { readonly momentum: number }, epsilon: number, groupRows: readonly number[]) {
  const channels = gamma.shape[0]!;
  // TensorFlow's kernel takes four dimensions only.
  const input = x.shape.length === 4 ? x : tf.reshape(x, [x.shape[0]!, -1, 1, channels]);
  const groups = groupRows.length === 1 ? [input] : tf.split(input, [...groupRows], 0);
  const { momentum } = first;
  let running: RunningStatistics = first;
  const parts = groups.map((group) => {
    const inputs = { x: group, gamma, beta, mean: running.mean, variance: running.variance };
    const [output, mean, variance] = tf.engine().runKernel(normalization, inputs, { epsilon, momentum }) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
    if (momentum !== 1) running = { mean: detach(mean), variance: detach(variance) };
    return { output, mean, variance, count: group.size / channels };
  });
  const output = parts.length === 1 ? parts[0]!.output : tf.concat(parts.map((part) => part.output), 0);
  return { output: x.shape.length === 4 ? output : tf.reshape(output, x.shape), parts, running };
}

/** Training operations as single operations of TensorFlow; `registerOperations` comes first. */
export const operations = {
  batchNormalizationTraining(x, gamma, beta, epsilon, groupRows): BatchStatistics {
    const none = tf.tensor1d([], "float32");
    const { output, parts } = normalize(x, gamma, beta, { mean: none, variance: none, momentum: 1 }, epsilon, groupRows);
    return {
      output,
      mean: tf.stack(parts.map(({ mean }) => mean)),
      // From n - 1 to n: the biased variance, which is 0 for a single value.
      variance: tf.stack(parts.map(({ variance, count }) => tf.mul(variance, (count - 1) / count))),
    };
  },
  trackedNormalization(x, gamma, beta, former, epsilon, groupRows): TrackedNormalization {
    const { output, running } = normalize(x, gamma, beta, former, epsilon, groupRows);
    return { output, running };
  },
  rectifiedLinear: (x) => tf.engine().runKernel(rectifier, { x }) as tf.Tensor,
  crossEntropy: (logits, labels) => tf.mean((tf.engine().runKernel(crossEntropy, { logits, labels }) as unknown as tf.Tensor[])[0]!),
} satisfies TrainingOperations;
