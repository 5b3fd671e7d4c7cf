import { define, definePlugin, engineDeviceMissing, type Engine } from "@kdf/core";
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
            const { startEngine } = await import("./engine.js").catch(refuseLibrary);
            const report = await startEngine(given);
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

/** Dawn is a binary per platform, and there is not one for every platform. */
function refuseLibrary(cause: Error): never {
  throw engineDeviceMissing(
    {
      engine: "webgpu",
      problem: `the library of the package webgpu does not load (${cause.message.split("\n")[0]!})`,
      expected: "Linux with glibc, macOS or Windows, on x64 or arm64",
      fix: "npm install @kdf/plugin-webgpu where that is so",
    },
    { cause },
  );
}
