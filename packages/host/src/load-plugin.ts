import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  definePlugin,
  isKdfError,
  isPlugin,
  kinds,
  pluginBadExport,
  pluginMismatch,
  type Definition,
  type Kind,
  type Origin,
  type Plugin,
} from "@kdf/core";
import { entryPoint } from "./entry-point.js";
import { copyProblem, requirementProblem } from "./plugin-needs.js";
import type { PluginIndex, UsablePlugin } from "./plugin-index.js";

export interface LoadedPlugin {
  readonly plugin: Plugin;
  readonly origin: Origin;
}

/**
 * Imports a plugin. Before any of its code runs: KDF_CORE_DUPLICATED, KDF_TENSOR_DUPLICATED,
 * KDF_PLUGIN_REQUIRES_MISSING.
 * After: KDF_PLUGIN_BAD_EXPORT, KDF_PLUGIN_MISMATCH.
 */
export async function loadPlugin(indexed: UsablePlugin, index: PluginIndex): Promise<LoadedPlugin> {
  const { manifest, directory, version } = indexed;
  const origin: Origin = { plugin: manifest.id, package: indexed.package, version, directory };
  const problem = copyProblem(indexed, index) ?? requirementProblem(indexed, index);
  if (problem !== undefined) throw problem;
  const entry = entryPoint(indexed.json);
  if (entry === undefined && manifest.provides.length === 0) {
    return { plugin: definePlugin({ id: manifest.id, provides: {} }), origin };
  }
  const plugin = await importPlugin(indexed, entry);
  demandManifest(indexed, plugin);
  return { plugin, origin };
}

async function importPlugin(indexed: UsablePlugin, entry: string | undefined): Promise<Plugin> {
  const refuse = (problem: string, cause?: unknown) => pluginBadExport({ package: indexed.package, problem }, { cause });
  if (entry === undefined) throw refuse('its package.json has no "exports" that can be imported');
  const file = join(indexed.directory, entry);
  if (!existsSync(file)) throw refuse(`${entry} does not exist (is the package built?)`);
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (cause) {
    if (isKdfError(cause)) throw cause;
    throw refuse(`importing ${entry} failed: ${String(cause)}`, cause);
  }
  const exported = module.default;
  if (!isPlugin(exported)) {
    throw refuse(exported === undefined ? `${entry} has no default export` : "its default export is not made by definePlugin");
  }
  const problem = shapeProblem(exported);
  if (problem !== undefined) throw refuse(problem);
  return exported;
}

/** What is wrong with the form of a plugin, if anything. */
function shapeProblem({ provides }: Plugin): string | undefined {
  if (typeof provides !== "object" || provides === null) return "it has no provides";
  for (const [kind, definitions] of Object.entries(provides)) {
    if (!kinds.includes(kind as Kind)) return `it provides the kind ${kind}, which does not exist`;
    for (const [id, definition] of Object.entries(definitions ?? {}) as [string, Partial<Definition<unknown>>][]) {
      if (typeof definition?.create !== "function") return `its ${kind} ${id} has no create function`;
      if (typeof definition.options?.["~standard"]?.validate !== "function") return `its ${kind} ${id} has no options schema`;
      if (typeof definition.summary !== "string") return `its ${kind} ${id} has no summary`;
    }
  }
  return undefined;
}

function demandManifest({ package: name, manifest }: UsablePlugin, plugin: Plugin): void {
  if (plugin.id !== manifest.id) {
    throw pluginMismatch({ package: name, manifest: [`the plugin ${manifest.id}`], exported: [`the plugin ${plugin.id}`] });
  }
  const exported = Object.entries(plugin.provides).flatMap(([kind, things]) => Object.keys(things).map((id) => `${kind}:${id}`));
  const [stated, actual] = [new Set(manifest.provides), new Set(exported)];
  if (stated.size !== actual.size || exported.some((contribution) => !stated.has(contribution))) {
    throw pluginMismatch({ package: name, manifest: manifest.provides, exported });
  }
}
