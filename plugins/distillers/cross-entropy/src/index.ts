import { define, definePlugin } from "@kdf/core";
import { z } from "zod";
import { CrossEntropy } from "./cross-entropy.js";

const summary = "cross-entropy with the labels: trains a network without a teacher";

export default definePlugin({
  id: "cross-entropy",
  provides: {
    distiller: { "cross-entropy": define({ summary, options: z.strictObject({}), create: () => new CrossEntropy() }) },
  },
});
