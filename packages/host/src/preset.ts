import { configurationInvalid, configurationSchema } from "@kdf/core";
import type { PluginIndex, UsablePlugin } from "./plugin-index.js";
import { usable } from "./plugin-index.js";
import { shortName } from "./candidate-names.js";

/**
 * The preset whose defaults a run takes: the one named; none where null is; else the one that the project declares.
 * KDF_CONFIGURATION_INVALID where several are declared and none is named, or where the named one is no preset.
 */
export function choosePreset(name: unknown, index: PluginIndex): UsablePlugin | undefined {
  if (name === null) return undefined;
  if (name !== undefined) {
    if (typeof name !== "string") throw presetProblem("expected the name of a plugin, or null");
    const plugin = index.resolve(name);
    if (plugin.manifest.preset === undefined) throw presetProblem(`${plugin.package} is no preset`);
    return plugin;
  }
  const declared = index.plugins.filter(
    (plugin) => plugin.because === "declared" && (plugin.json.kdf as { preset?: unknown } | undefined)?.preset !== undefined,
  );
  if (declared.length > 1) {
    const names = declared.map((plugin) => shortName(plugin.package)).join(", ");
    throw presetProblem(`the project declares several (${names}): name one of them, or null for none`);
  }
  return declared[0] === undefined ? undefined : usable(declared[0]);
}

function presetProblem(message: string): Error {
  return configurationInvalid({
    source: "preset",
    problems: [{ path: "preset", message }],
    known: Object.keys(configurationSchema.shape),
  });
}
