import * as tf from "@tensorflow/tfjs";

export interface OperationTime {
  /** TensorFlow.js's name of the kernel. */
  readonly name: string;
  readonly calls: number;
  readonly milliseconds: number;
}

/**
 * Runs `body` and says how long each kind of operation took, the longest first, by TensorFlow.js's own clock around each
 * kernel. For engines that compute on this thread; not while another call of this is under way.
 */
export async function profileOperations(body: () => Promise<void>): Promise<readonly OperationTime[]> {
  const { state } = tf.engine();
  let kernels: Awaited<ReturnType<typeof tf.profile>>["kernels"];
  try {
    ({ kernels } = await tf.profile(async () => {
      await body();
      return [];
    }));
  } finally {
    // TensorFlow.js goes on profiling where `body` fails.
    state.profiling = false;
    state.activeProfile.kernels = [];
  }
  const totals = new Map<string, { calls: number; milliseconds: number }>();
  for (const { name, kernelTimeMs } of kernels) {
    const milliseconds = await kernelTimeMs;
    // What is no kernel is a composition, whose kernels stand beside it.
    if (typeof milliseconds !== "number" || !isKernel(name)) continue;
    const total = totals.get(name) ?? { calls: 0, milliseconds: 0 };
    totals.set(name, { calls: total.calls + 1, milliseconds: total.milliseconds + milliseconds });
  }
  return [...totals].map(([name, total]) => ({ name, ...total })).sort((a, b) => b.milliseconds - a.milliseconds);
}

const isKernel = (name: string): boolean => (tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;
