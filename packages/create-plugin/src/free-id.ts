import { scaffoldIdTaken } from "@kdf/core";
import { candidateNames, PluginIndex, shortName, type Project } from "@kdf/host";
import { ownPlugins } from "./own-plugins.js";
import type { PluginName } from "./plugin-name.js";
import type { TemplateKind } from "./template-kinds.js";

/**
 * Throws KDF_SCAFFOLD_ID_TAKEN where a plugin of kdf or of the project provides `kind:id`, or where the name that
 * `--plugin` would understand means another package too.
 */
export function demandFreeId(kind: TemplateKind, name: PluginName, project: Project): void {
  const { plugins } = new PluginIndex(project);
  const provided = new Map([
    ...Object.entries(ownPlugins).map(([owner, provides]) => [owner, (provides[kind] ?? []).map((id) => `${kind}:${id}`)] as const),
    ...plugins.map((plugin) => [plugin.package, plugin.manifest?.provides ?? []] as const),
  ]);
  const fix = `choose another id, for example my-${name.id}`;
  for (const [owner, contributions] of provided) {
    if (contributions.includes(`${kind}:${name.id}`)) throw scaffoldIdTaken({ what: `${kind}:${name.id}`, package: owner, fix });
    if (owner === name.package) throw scaffoldIdTaken({ what: `The name ${owner}`, package: "a plugin of this project", fix });
  }
  const short = shortName(name.package);
  const candidates = candidateNames(short);
  const other = "packages" in candidates ? candidates.packages.find((candidate) => provided.has(candidate)) : undefined;
  if (other !== undefined) {
    throw scaffoldIdTaken({ what: `--plugin ${short}`, package: other, fix: `${fix}, or a --scope of your own` });
  }
}
