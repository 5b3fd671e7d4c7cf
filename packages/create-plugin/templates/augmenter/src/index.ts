import { define, definePlugin } from "@kdf/core";
import { options, PluginIdAugmenter } from "./plugin-id.js";

const summary = "TODO: what it does, in a line; the sample: contrast, stronger or weaker at random";

export default definePlugin({
  id: "plugin-id",
  provides: { augmenter: { "plugin-id": define({ summary, options, create: (given) => new PluginIdAugmenter(given) }) } },
});
