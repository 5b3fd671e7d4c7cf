import satisfies from "semver/functions/satisfies.js";
import { pluginAmbiguous, pluginDuplicateId, pluginNotFound, pluginPeerUnmet, type KdfError } from "@kdf/core";
import { isPluginName, shortName } from "./candidate-names.js";
import { copyProblem, requirementProblem } from "./plugin-needs.js";
import { findPackage } from "./package-folder.js";
import type { IndexedPlugin, PluginIndex } from "./plugin-index.js";

/** What is wrong with a project's plugins, and with which package. */
export interface PluginProblem {
  readonly packages: readonly string[];
  readonly error: KdfError;
}

/**
 * Everything that package.json files tell of what stands in the way of a project's plugins, all at once: what is
 * declared and not installed or has no manifest, refused versions, peers that are missing or do not fit, copies of core
 * and tensor beside the command's, names and ids that two packages claim. Runs no plugin's code.
 */
export function diagnosePlugins(index: PluginIndex): PluginProblem[] {
  return [...declarationProblems(index), ...index.plugins.flatMap((plugin) => ownProblems(plugin, index)), ...clashes(index)];
}

/** Declared under a plugin's name, but not installed, or without a manifest. */
function declarationProblems(index: PluginIndex): PluginProblem[] {
  const { declared, directory } = index.project;
  const known = new Set(index.plugins.map((plugin) => plugin.package));
  return declared
    .filter((name) => isPluginName(name) && !known.has(name))
    .map((name) => ({ packages: [name], error: refusalOf(name, index) ?? notInstalled(name, directory, index) }));
}

function refusalOf(name: string, index: PluginIndex): KdfError | undefined {
  try {
    index.resolve(name);
    return undefined;
  } catch (error) {
    return error as KdfError;
  }
}

const notInstalled = (name: string, directory: string, index: PluginIndex): KdfError =>
  pluginNotFound({ name, tried: [name], directory, installed: index.plugins.map((plugin) => shortName(plugin.package)) });

function ownProblems(plugin: IndexedPlugin, index: PluginIndex): PluginProblem[] {
  const { manifest, refusal } = plugin;
  // What a refused plugin needs beside will be told once it is one that could be loaded.
  if (refusal !== undefined || manifest === undefined) return refusal === undefined ? [] : [{ packages: [plugin.package], error: refusal }];
  const usable = { ...plugin, manifest };
  const errors = [copyProblem(usable, index), requirementProblem(usable, index), ...peerProblems(plugin, index)];
  return errors.flatMap((error) => (error === undefined ? [] : [{ packages: [plugin.package], error }]));
}

/** Peers apart from core, which the index judges, and from what `requires` misses, which is told once. */
function peerProblems(plugin: IndexedPlugin, index: PluginIndex): KdfError[] {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = plugin.json;
  const requires = (plugin.manifest?.requires.length ?? 0) > 0;
  return Object.entries(peerDependencies).flatMap(([peer, range]) => {
    if (peer === "@kdf/core") return [];
    const found = (findPackage(peer, index.project.directory) ?? findPackage(peer, plugin.directory))?.json.version;
    if (found === undefined) {
      const told = requires && isPluginName(peer);
      return told || peerDependenciesMeta[peer]?.optional === true ? [] : [pluginPeerUnmet({ package: plugin.package, peer, range, found })];
    }
    const fits = typeof found === "string" && satisfies(found, range, { includePrerelease: true });
    return fits ? [] : [pluginPeerUnmet({ package: plugin.package, peer, range, found: String(found) })];
  });
}

/** Short names that fit two packages, and contributions of two providers. */
function clashes({ plugins }: PluginIndex): PluginProblem[] {
  const names = grouped(plugins, (plugin) => [shortName(plugin.package)]);
  const contributions = grouped(plugins, (plugin) => plugin.manifest?.provides ?? []);
  return [
    ...names.map(([name, packages]) => ({ packages, error: pluginAmbiguous({ name, candidates: packages }) })),
    ...contributions.map(([contribution, packages]) => ({ packages, error: pluginDuplicateId({ contribution, packages }) })),
  ];
}

/** The keys that several plugins have, with their packages. */
function grouped(plugins: readonly IndexedPlugin[], keysOf: (plugin: IndexedPlugin) => readonly string[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const plugin of plugins) {
    for (const key of keysOf(plugin)) groups.set(key, [...(groups.get(key) ?? []), plugin.package]);
  }
  return [...groups].filter(([, packages]) => packages.length > 1);
}
