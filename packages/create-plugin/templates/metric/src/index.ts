import { define, definePlugin } from "@kdf/core";
import { z } from "zod";
import { PluginIdMetric } from "./plugin-id.js";

const summary = "TODO: what it does, in a line; the sample: mean probability that the student gives its most probable class";

export default definePlugin({
  id: "plugin-id",
  provides: { metric: { "plugin-id": define({ summary, options: z.strictObject({}), create: () => new PluginIdMetric() }) } },
});
