import { define, definePlugin, type Engine } from "@kdf/core";
import { z } from "zod";

const options = z.strictObject({
  powerPreference: z.enum(["high-performance", "low-power"]).default("high-performance").describe("which GPU is taken where there are several"),
  adapter: z.string().min(1).optional().describe("a part of the GPU's name, as `kdf doctor` shows it; decides in place of `powerPreference`"),
});

export default definePlugin({
  id: "webgpu",
  provides: {
    engine: {
      webgpu: define<Engine, z.infer<typeof options>>({
        summary: "TensorFlow.js on WebGPU: a GPU of any vendor, through Vulkan, Metal or Direct3D 12",
        options,
        create: (given, { logger }) => ({
          start: async () => {
            const report = await (await import("./engine.js")).startEngine(given);
            if (report.features.includes("software")) {
              logger.warn(`webgpu found no GPU but ${report.device}, which computes on the processor, much slower than --engine wasm.`);
            }
            return report;
          },
        }),
      }),
    },
  },
});
