import { homedir } from "node:os";
import { join } from "node:path";
import { parseOptions, type EngineReport, type Plugin, type PluginContext } from "@kdf/core";

/** Starts an engine of the repository by its id. */
export async function startEngine(id: string): Promise<EngineReport> {
  const { default: plugin } = (await import(`@kdf/plugin-${id}`)) as { readonly default: Plugin };
  const definition = plugin.provides.engine![id]!;
  // As the host has it: where kdf engine install puts an engine.
  const context = { cacheDirectory: process.env["KDF_CACHE_DIR"] ?? join(homedir(), ".cache", "kdf") };
  return (await definition.create(await parseOptions(definition.options, {}, `engine ${id}`), context as PluginContext)).start();
}
