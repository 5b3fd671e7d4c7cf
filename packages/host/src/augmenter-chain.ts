import { configurationInvalid, configurationSchema } from "@kdf/core";
import type { PluginIndex } from "./plugin-index.js";

/**
 * Ids of the augmenters that the named plugins provide, in the order named. A plugin that provides several leaves
 * open which one is meant, and an augmenter that would come twice, are KDF_CONFIGURATION_INVALID.
 */
export function augmenterChain(plugins: readonly string[], index: PluginIndex): string[] {
  const refuse = (message: string): Error =>
    configurationInvalid({ source: "plugins", problems: [{ path: "plugins", message }], known: Object.keys(configurationSchema.shape) });
  const chain = plugins.flatMap((name) => {
    const plugin = index.resolve(name);
    const ids = plugin.manifest.provides.filter((text) => text.startsWith("augmenter:")).map((text) => text.slice(10));
    if (ids.length > 1) {
      throw refuse(`${name} provides several augmenters (${ids.join(", ")}); a chain takes one of each plugin`);
    }
    return ids;
  });
  const twice = chain.find((id, place) => chain.indexOf(id) < place);
  if (twice !== undefined) throw refuse(`the augmenter ${twice} is named twice; a chain takes each augmenter once`);
  return chain;
}
