import { coreDuplicated, pluginRequiresMissing, tensorDuplicated, type KdfError } from "@kdf/core";
import { isPluginName } from "./candidate-names.js";
import { findPackage } from "./package-folder.js";
import type { PluginIndex, UsablePlugin } from "./plugin-index.js";

/** KDF_CORE_DUPLICATED or KDF_TENSOR_DUPLICATED where a plugin would import another copy than the command. */
export function copyProblem({ package: name, directory, json }: UsablePlugin, index: PluginIndex): KdfError | undefined {
  const core = findPackage("@kdf/core", directory)?.directory;
  if (core !== undefined && core !== index.core.directory) {
    return coreDuplicated({ package: name, paths: [index.core.directory, core] });
  }
  if (json.peerDependencies?.["@kdf/tensor"] === undefined && json.dependencies?.["@kdf/tensor"] === undefined) return undefined;
  const [own, common] = [directory, index.core.directory].map((folder) => findPackage("@kdf/tensor", folder)?.directory);
  return own === undefined || common === undefined || own === common ? undefined : tensorDuplicated({ package: name, paths: [common, own] });
}

/** KDF_PLUGIN_REQUIRES_MISSING where no installed plugin provides what the manifest requires. */
export function requirementProblem(indexed: UsablePlugin, index: PluginIndex): KdfError | undefined {
  const provided = new Set(index.contributions);
  const missing = indexed.manifest.requires.filter((contribution) => !provided.has(contribution));
  if (missing.length === 0) return undefined;
  const present = new Set(index.plugins.map((plugin) => plugin.package));
  const peers = Object.keys(indexed.json.peerDependencies ?? {});
  const absent = peers.filter((peer) => isPluginName(peer) && !present.has(peer));
  const guesses = missing.map((contribution) => `@kdf/plugin-${contribution.slice(contribution.indexOf(":") + 1)}`);
  return pluginRequiresMissing({ package: indexed.package, missing, install: absent.length > 0 ? absent : guesses });
}
