import { define, definePlugin, type Engine } from "@kdf/core";
import { z } from "zod";

const options = z.strictObject({
  // TensorFlow.js has 8 threads at most.
  threads: z.int().min(1).max(8).optional().describe(
    "without the option as many as there are processors, at most 4; the results are the same bits for any number",
  ),
});

export default definePlugin({
  id: "wasm",
  provides: {
    engine: {
      wasm: define<Engine, z.infer<typeof options>>({
        summary: "TensorFlow.js on WebAssembly: comes with npm, no download, same numbers on every machine",
        options,
        create: (given) => ({ start: async () => (await import("./engine.js")).startEngine(given) }),
      }),
    },
  },
});
