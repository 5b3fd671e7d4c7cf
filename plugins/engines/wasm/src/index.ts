import { define, definePlugin, type Engine } from "@kdf/core";
import { z } from "zod";

export default definePlugin({
  id: "wasm",
  provides: {
    engine: {
      wasm: define({
        summary: "TensorFlow.js on WebAssembly: comes with npm, no download, same numbers on every machine",
        options: z.strictObject({}),
        create: (): Engine => ({
          start: async () => (await import("./engine.js")).startEngine(),
        }),
      }),
    },
  },
});
