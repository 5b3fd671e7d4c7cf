import { define, definePlugin, type Engine, type Installer, type PluginContext } from "@kdf/core";
import { cudaInstallerOptions, engineOptions, NativeInstaller, startNative, type CudaInstallerOptions, type NativeTarget } from "@kdf/libtensorflow";
import { z } from "zod";

const target = ({ cacheDirectory }: PluginContext): NativeTarget => ({
  id: "tensorflow-gpu",
  // With CUDA kernels; `tensorflow-cpu` has none.
  project: "tensorflow",
  part: { package: "@tensorflow/tfjs-node-gpu", version: "4.22.0" },
  module: import.meta.url,
  cacheDirectory,
});

const options = z.strictObject({
  ...engineOptions.shape,
  devices: z.array(z.int().nonnegative()).optional().describe("numbers of the GPUs that TensorFlow may see; all unless given"),
  memoryGrowth: z.boolean().default(true).describe("takes the GPU's memory as it is needed, instead of all at once"),
});

export default definePlugin({
  id: "tensorflow-gpu",
  provides: {
    engine: {
      "tensorflow-gpu": define<Engine, z.infer<typeof options>>({
        summary: "TensorFlow on an NVIDIA GPU; without one it computes on the processor and says so",
        options,
        create: ({ devices, memoryGrowth, ...shared }, context) => ({
          start: async () => {
            const report = await startNative(target(context), shared, {
              TF_FORCE_GPU_ALLOW_GROWTH: String(memoryGrowth),
              ...(devices !== undefined && { CUDA_VISIBLE_DEVICES: devices.join(",") }),
            });
            if (report.device !== "gpu") {
              context.logger.warn("tensorflow-gpu found no GPU that it can use, and computes on the processor. `nvidia-smi` shows what the driver sees, kdf doctor which CUDA libraries are missing.");
            }
            return report;
          },
        }),
      }),
    },
    installer: {
      "tensorflow-gpu": define<Installer, CudaInstallerOptions>({
        summary: "libtensorflow with CUDA kernels from the wheel of TensorFlow for Python, with the addon built against it, and the CUDA libraries",
        options: cudaInstallerOptions,
        create: (given, context) => new NativeInstaller(target(context), given),
      }),
    },
  },
});
