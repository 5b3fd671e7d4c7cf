import { configurationInvalid, configurationSchema } from "@kdf/core";
import type { PluginIndex } from "./plugin-index.js";

/**
 * Ids of the augmenters that the named plugins provide, in the order named. A plugin that provides several leaves
 * open which one is meant: KDF_CONFIGURATION_INVALID.
 */
export function augmenterChain(plugins: readonly string[], index: PluginIndex): string[] {
  return plugins.flatMap((name) => {
    const plugin = index.resolve(name);
    const ids = plugin.manifest.provides.filter((text) => text.startsWith("augmenter:")).map((text) => text.slice(10));
    if (ids.length > 1) {
      throw configurationInvalid({
        source: "plugins",
        problems: [{ path: "plugins", message: `${name} provides several augmenters (${ids.join(", ")}); a chain takes one of each plugin` }],
        known: Object.keys(configurationSchema.shape),
      });
    }
    return ids;
  });
}
