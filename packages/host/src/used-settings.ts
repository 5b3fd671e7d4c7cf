import { settingUnused } from "@kdf/core";
import type { Host } from "./compose-host.js";

/**
 * KDF_SET_UNUSED where `--set` gives options of a contribution that nothing has asked for: the run would be another than
 * the one that was meant. To be called once everything that the run needs has been created, trackers apart: what the configuration names of them will be.
 */
export function demandUsedSettings({ configuration, registry, index }: Pick<Host, "configuration" | "registry" | "index">): void {
  const created = Object.keys(registry.createdOptions()).map((key) => key.replace(/#\d+$/, ""));
  const { trackers } = configuration.given;
  created.push(...(Array.isArray(trackers) ? trackers : []).map((id) => `tracker:${id}`));
  for (const name of configuration.set) {
    const means = (contribution: string): boolean => contribution === name || contribution.slice(contribution.indexOf(":") + 1) === name;
    if (!created.some(means)) throw settingUnused({ name, contributions: index.contributions.filter(means) });
  }
}
