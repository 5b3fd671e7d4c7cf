import { configurationInvalid, configurationSchema, type Configuration } from "@kdf/core";
import type { ResolvedConfiguration } from "@kdf/host";

/**
 * The values of `keys`, with the schema's defaults: a command demands no more than it uses. KDF_CONFIGURATION_INVALID
 * names what is missing, all at once.
 */
export function neededConfiguration<K extends keyof Configuration>(
  { given, preset }: Pick<ResolvedConfiguration, "given" | "preset">,
  keys: readonly K[],
): Pick<Configuration, K> {
  const parsed = keys.map((key) => [key, configurationSchema.shape[key].safeParse(given[key])] as const);
  // What is given was checked by the host: only what is absent can fail here.
  const missing = parsed.filter(([, result]) => !result.success).map(([path]) => ({ path, message: "missing" }));
  if (missing.length === 0) return Object.fromEntries(parsed.map(([key, result]) => [key, result.data])) as Pick<Configuration, K>;
  const hint = preset === undefined ? [{ path: "", message: "no preset is declared that would give defaults" }] : [];
  throw configurationInvalid({ source: preset === undefined ? "no preset" : `preset ${preset.package}`, problems: [...missing, ...hint], known: keys });
}
