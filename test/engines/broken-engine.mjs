// An engine with one fault, named by its option: what describeEngines must catch.
import { define, definePlugin } from "@kdf/core";
import { add, claimEngine, clone, installTrainingOperations, keep, multiply, detach } from "@kdf/tensor";
import { z } from "zod";

const rectified = (x) => clone(x.relu());
const operations = {
  "wrong values": { rectifiedLinear: (x) => multiply(rectified(x), 1.0001) },
  // The straight-through estimator: right values, and a gradient where there is none.
  "wrong gradient": { rectifiedLinear: (x) => add(x, detach(rectified(x).sub(x))) },
  "leak": { rectifiedLinear: (x) => add(keep(rectified(x)), 0) },
  "throws": { rectifiedLinear: () => { throw new Error("no kernel for it"); } },
  "dies": { rectifiedLinear: () => process.kill(process.pid, "SIGKILL") },
};

const faults = [...Object.keys(operations), "none", "unclaimed", "holds its process", "does not start", "another id", "never ends"];

export default definePlugin({
  id: "broken",
  provides: {
    engine: {
      broken: define({
        summary: "an engine with a fault",
        options: z.strictObject({ fault: z.enum(faults).describe("its fault") }),
        create: ({ fault }) => ({
          start: async () => {
            if (fault === "does not start") throw new Error("no device");
            if (fault === "never ends") for (;;);
            if (fault !== "unclaimed") claimEngine("broken");
            if (fault === "holds its process") setInterval(() => undefined, 1000);
            installTrainingOperations(operations[fault] ?? {});
            return { id: fault === "another id" ? "mended" : "broken", tier: "reference", library: "TensorFlow.js", device: "cpu", threads: 1, features: [] };
          },
        }),
      }),
    },
  },
});
