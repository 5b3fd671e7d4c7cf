import { isKdfError, kinds, type KdfError } from "@kdf/core";
import { candidateNames } from "./candidate-names.js";
import { copyProblem, requirementProblem } from "./plugin-needs.js";
import { findPackage } from "./package-folder.js";
import type { IndexedPlugin, PluginIndex } from "./plugin-index.js";

/** A package that a name may mean. */
export interface ExplainedCandidate {
  readonly package: string;
  /** The version in node_modules; null where it is not installed. */
  readonly installed: string | null;
  readonly declared: boolean;
}

export interface ExplainedPlugin {
  readonly package: string;
  readonly version: string;
  readonly directory: string;
  /** Why it may be loaded, back to the project: each is a peer of the next; ends in `declared` or `local`. */
  readonly because: readonly string[];
  /** The peer range on core, and the core that is installed. */
  readonly core: { readonly range: string | null; readonly installed: string };
  readonly provides: readonly string[];
  /** What it asks of others, with who provides it. */
  readonly requires: readonly { readonly contribution: string; readonly providers: readonly string[] }[];
  /** Plugins that ask for something that this one provides. */
  readonly requiredBy: readonly string[];
  /** What it provides that others do too: only one of them can be loaded. */
  readonly contested: readonly { readonly contribution: string; readonly others: readonly string[] }[];
  /** Why it cannot be loaded. */
  readonly refusal: KdfError | undefined;
}

export interface Explained {
  readonly name: string;
  /** Packages tried for the name, in order; none where it is a folder or a contribution. */
  readonly candidates: readonly ExplainedCandidate[];
  /** The plugins that the name means: by its own name, else by what they provide. */
  readonly plugins: readonly ExplainedPlugin[];
  /** Why the name leads to no plugin that could be loaded. */
  readonly refusal: KdfError | undefined;
}

/**
 * What a name means and why: a plugin as `--plugin` takes it, a contribution's id, or `kind:id`. Reads package.json
 * files only. A folder is relative to `base`.
 */
export function explainPlugin(name: string, index: PluginIndex, base = index.project.directory): Explained {
  const candidates = candidateNames(name);
  const packages = "folder" in candidates ? [] : candidates.packages;
  const { plugin: resolved, refusal } = attempt(name, index, base);
  const named = resolved === undefined ? index.plugins.filter((plugin) => packages.includes(plugin.package)) : [resolved];
  const exact = named.filter((plugin) => plugin.package === name);
  const meant = exact.length > 0 ? exact : named.length > 0 ? named : providersOf(name, index);
  const plugins = meant.map((plugin) => explain(plugin, index));
  return {
    name,
    candidates: packages.map((candidate) => candidateOf(candidate, index)),
    plugins,
    refusal: named.length === 0 && plugins.length > 0 ? plugins[0]?.refusal : (refusal ?? plugins[0]?.refusal),
  };
}

function attempt(name: string, index: PluginIndex, base: string): { readonly plugin?: IndexedPlugin; readonly refusal?: KdfError } {
  try {
    return { plugin: index.resolve(name, base) };
  } catch (error) {
    if (isKdfError(error)) return { refusal: error };
    throw error;
  }
}

function providersOf(name: string, index: PluginIndex): readonly IndexedPlugin[] {
  const contributions = new Set(kinds.includes(name.split(":")[0] as (typeof kinds)[number]) ? [name] : kinds.map((kind) => `${kind}:${name}`));
  return index.plugins.filter((plugin) => plugin.manifest?.provides.some((contribution) => contributions.has(contribution)));
}

function candidateOf(name: string, { project }: PluginIndex): ExplainedCandidate {
  const found = findPackage(name, project.directory);
  return {
    package: name,
    installed: found === undefined ? null : String(found.json.version ?? "unknown"),
    declared: project.declared.includes(name),
  };
}

function explain(plugin: IndexedPlugin, index: PluginIndex): ExplainedPlugin {
  const { manifest, json, refusal } = plugin;
  const provides = manifest?.provides ?? [];
  const providers = (contribution: string): string[] =>
    index.plugins.filter((other) => other.manifest?.provides.includes(contribution)).map((other) => other.package);
  const problem = manifest === undefined ? undefined : (copyProblem({ ...plugin, manifest }, index) ?? requirementProblem({ ...plugin, manifest }, index));
  return {
    package: plugin.package,
    version: plugin.version,
    directory: plugin.directory,
    because: reasons(plugin, index),
    core: { range: json.peerDependencies?.["@kdf/core"] ?? null, installed: String(index.core.json.version) },
    provides,
    requires: (manifest?.requires ?? []).map((contribution) => ({ contribution, providers: providers(contribution) })),
    requiredBy: index.plugins
      .filter((other) => other.manifest?.requires.some((contribution) => provides.includes(contribution)))
      .map((other) => other.package),
    contested: provides.flatMap((contribution) => {
      const others = providers(contribution).filter((other) => other !== plugin.package);
      return others.length === 0 ? [] : [{ contribution, others }];
    }),
    refusal: refusal ?? problem,
  };
}

/** From the plugin back to what the project declares. The index adds a package once, so this ends. */
function reasons(plugin: IndexedPlugin, index: PluginIndex): string[] {
  const { because } = plugin;
  const asker = index.plugins.find((other) => other.package === because);
  return asker === undefined ? [because] : [because, ...reasons(asker, index)];
}
