import { define, definePlugin } from "@kdf/core";
import { z } from "zod";
import { Loss } from "./loss.js";

const summary = "mean cross-entropy with the labels";

export default definePlugin({
  id: "loss",
  provides: { metric: { loss: define({ summary, options: z.strictObject({}), create: () => new Loss() }) } },
});
