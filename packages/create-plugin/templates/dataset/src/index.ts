import { define, definePlugin } from "@kdf/core";
import { options, PluginIdDataset } from "./plugin-id.js";

const summary = "TODO: what it does, in a line; the sample: stripes in four directions, made in memory";

export default definePlugin({
  id: "plugin-id",
  provides: { dataset: { "plugin-id": define({ summary, options, create: (given) => new PluginIdDataset(given) }) } },
});
