import { define, definePlugin, type Engine } from "@kdf/core";
import { z } from "zod";

export default definePlugin({
  id: "cpu",
  provides: {
    engine: {
      cpu: define<Engine, Record<string, never>>({
        summary: "The reference: plain JavaScript, exact and slow; for tests and comparisons",
        options: z.strictObject({}),
        create: () => ({ start: async () => (await import("@kdf/tensor")).startReferenceEngine() }),
      }),
    },
  },
});
