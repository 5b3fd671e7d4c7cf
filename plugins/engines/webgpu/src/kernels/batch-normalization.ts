import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import {
  gradientsOfSums,
  meanOfSums,
  normalize,
  normalizeGradient,
  partsOf,
  sumsOfGradients,
  sumsOfSquares,
  sumsOfValues,
} from "../programs/batch-normalization.js";
import type { Program } from "../programs/program.js";

/** x [...,C], gamma [C], beta [C] -> output, mean [C] and biased variance [C] over all rows. */
export const BATCH_NORMALIZATION = "KdfBatchNormalization";
const GRADIENT = "KdfBatchNormalizationGradient";

type Inputs = Readonly<Record<string, tf.TensorInfo>>;

/** Runs programs on tensors of `rows` rows and `channels` columns. */
class Runner {
  readonly rows: number;
  readonly channels: number;
  readonly parts: number;
  readonly #backend: WebGPUBackend;
  readonly #uniforms: { type: string; data: number[] }[];

  constructor(backend: WebGPUBackend, { shape }: tf.TensorInfo, epsilon: number) {
    this.#backend = backend;
    this.channels = shape.at(-1)!;
    this.rows = tf.util.sizeFromShape(shape) / this.channels;
    this.parts = partsOf(this.rows);
    this.#uniforms = [{ type: "int32", data: [this.channels] }, { type: "int32", data: [this.rows] }, { type: "float32", data: [epsilon] }];
  }

  run(program: Program, ...inputs: tf.TensorInfo[]): tf.TensorInfo {
    return this.#backend.runWebGPUProgram(program, inputs, "float32", this.#uniforms);
  }

  /** The second step, after which the first one's sums are not needed. */
  finish(program: Program, sums: tf.TensorInfo, ...others: tf.TensorInfo[]): tf.TensorInfo {
    const result = this.run(program, sums, ...others);
    this.#backend.disposeData(sums.dataId);
    return result;
  }
}

function forward(backend: WebGPUBackend, { x, gamma, beta }: Inputs, epsilon: number): tf.TensorInfo[] {
  const runner = new Runner(backend, x!, epsilon);
  const { parts, channels } = runner;
  const mean = runner.finish(meanOfSums(channels), runner.run(sumsOfValues(parts, channels), x!));
  const variance = runner.finish(meanOfSums(channels), runner.run(sumsOfSquares(parts, channels), x!, mean));
  return [runner.run(normalize(x!.shape), x!, gamma!, beta!, mean, variance), mean, variance];
}

function backward(backend: WebGPUBackend, { dy, x, gamma, mean, variance }: Inputs, epsilon: number): tf.TensorInfo[] {
  const runner = new Runner(backend, x!, epsilon);
  const { parts, channels } = runner;
  const gradients = runner.finish(gradientsOfSums(channels), runner.run(sumsOfGradients(parts, channels), dy!, x!, mean!), variance!);
  return [runner.run(normalizeGradient(x!.shape), dy!, x!, gamma!, mean!, variance!, gradients), gradients];
}

/** Registers the kernel and its gradient. */
export function registerBatchNormalization(): void {
  for (const [kernelName, run] of Object.entries({ [BATCH_NORMALIZATION]: forward, [GRADIENT]: backward })) {
    tf.registerKernel({
      kernelName,
      backendName: "webgpu",
      kernelFunc: ({ inputs, backend, attrs }) => run(backend as WebGPUBackend, inputs as unknown as Inputs, (attrs as unknown as { epsilon: number }).epsilon),
    });
  }
  tf.registerGradient({
    kernelName: BATCH_NORMALIZATION,
    inputsToSave: ["x", "gamma"],
    outputsToSave: [false, true, true],
    gradFunc: (dys, [x, gamma, mean, variance], attributes) => {
      const inputs = { dy: (dys as tf.Tensor[])[0]!, x: x!, gamma: gamma!, mean: mean!, variance: variance! };
      // Now, all three: TensorFlow.js calls each function in a scope of its own, which would dispose the others.
      const [dx, both] = tf.engine().runKernel(GRADIENT, inputs, attributes) as unknown as [tf.Tensor, tf.Tensor2D];
      const [dbeta, dgamma] = tf.unstack(both);
      return { x: () => dx, gamma: () => dgamma!, beta: () => dbeta! };
    },
  });
}
