import { define, definePlugin } from "@kdf/core";
import { options, PluginIdNetwork } from "./plugin-id.js";

const summary = "TODO: what it does, in a line; the sample: three convolutions, each halving the image";

export default definePlugin({
  id: "plugin-id",
  provides: { network: { "plugin-id": define({ summary, options, create: (given) => new PluginIdNetwork(given) }) } },
});
