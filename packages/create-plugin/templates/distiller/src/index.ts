import { define, definePlugin } from "@kdf/core";
import { options, PluginIdDistiller } from "./plugin-id.js";

const summary = "TODO: what it does, in a line; the sample: mean squared error of the student's logits to the teacher's";

export default definePlugin({
  id: "plugin-id",
  provides: { distiller: { "plugin-id": define({ summary, options, create: (given) => new PluginIdDistiller(given) }) } },
});
