import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { isKdfError, isPlugin, manifestSchema, type Kind, type Plugin } from "@kdf/core";
import { candidateNames, PluginIndex, resolveConfiguration } from "@kdf/host";
import type { Site } from "./check.js";

/** What is checked of a plugin's package.json. */
interface PackageJson {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly keywords?: unknown;
  readonly exports?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly kdf?: { readonly id?: unknown; readonly provides?: readonly string[]; readonly requires?: readonly string[]; readonly preset?: unknown; readonly recipes?: unknown };
}

/** Packages of which one copy serves all plugins of a run. */
const shared = ["@kdf/core", "@kdf/tensor", "@kdf/nn", "@kdf/data"];

/** All that stands in package.json and that the host, npm or a reader needs. `plugin` is undefined for a preset. */
export function packageChecks(plugin: Plugin | undefined, file: URL): Readonly<Record<string, (site: Site) => void>> {
  const read = (): PackageJson => JSON.parse(readFileSync(file, "utf8")) as PackageJson;
  return {
    "the host takes its package.json": (site) => checkHost(site, dirname(fileURLToPath(file))),
    "it exports what its manifest says": (site) => checkExport(site, read(), plugin),
    "its package.json says how it is imported": (site) => checkExports(site, read()),
    "its name and keywords are those that people look for": (site) => checkName(site, read()),
    "what plugins share are its peers": (site) => checkPeers(site, read()),
    "its preset, if it is one, has values of a configuration": (site) => checkPreset(site, dirname(fileURLToPath(file)), read()),
    "its recipes, if it has any, have values of a configuration": (site) => checkRecipes(site, dirname(fileURLToPath(file)), read()),
  };
}

function checkHost(site: Site, directory: string): void {
  const index = indexOf(directory);
  demandTaken(site, () => index.resolve(directory));
}

/** As a run takes it: the keys that exist, of their types; options of contributions that are there. What it leaves out is the user's. */
function checkPreset(site: Site, directory: string, { kdf }: PackageJson): void {
  if (kdf?.preset === undefined) return;
  demandTaken(site, () => resolveConfiguration({ directory, preset: directory }, indexOf(directory)));
}

/** Of every recipe, for each student that it names, and for any other. */
function checkRecipes(site: Site, directory: string, { kdf }: PackageJson): void {
  const manifest = manifestSchema.safeParse(kdf).data;
  for (const [recipe, { students }] of Object.entries(manifest?.recipes ?? {})) {
    for (const student of ["any", ...students.flatMap(({ networks }) => networks)]) {
      const index = indexOf(directory);
      index.resolve(directory);
      demandTaken(site, () => resolveConfiguration({ directory, preset: null, values: { recipe, student } }, index));
    }
  }
}

const indexOf = (directory: string): PluginIndex => new PluginIndex({ directory, file: undefined, declared: [] });

function demandTaken(site: Site, body: () => unknown): void {
  try {
    body();
  } catch (cause) {
    if (!isKdfError(cause)) throw cause;
    throw site.failure(cause.explanation.happened.replace(/\.$/, ""), cause.explanation.expected, cause);
  }
}

function checkExport(site: Site, { kdf }: PackageJson, plugin: Plugin | undefined): void {
  const stated = [...(kdf?.provides ?? [])].sort();
  if (plugin === undefined) {
    site.demand(stated.length === 0 && (kdf?.preset ?? kdf?.recipes) !== undefined, `no plugin was given, and its manifest provides ${stated.join(", ") || "no preset"}`, "the package's default export; none for a preset or recipes alone");
    return;
  }
  site.demand(isPlugin(plugin), "its default export is not made by definePlugin", "export default definePlugin({...})");
  site.demand(plugin.id === kdf?.id, `the manifest's id is ${String(kdf?.id)}, the code's is ${plugin.id}`, "one id");
  const exported = contributionsOf(plugin).map(({ kind, id }) => `${kind}:${id}`).sort();
  site.demand(
    stated.join() === exported.join(),
    `the manifest provides ${stated.join(", ") || "nothing"}, the code ${exported.join(", ") || "nothing"}`,
    "the same in both",
  );
}

function checkExports(site: Site, { type, exports, kdf }: PackageJson): void {
  const paths = (exports ?? {}) as Readonly<Record<string, unknown>>;
  site.demand(paths["./package.json"] === "./package.json", 'its exports lack "./package.json"', 'exports with "./package.json": "./package.json", so that tools find the manifest');
  if ((kdf?.provides ?? []).length === 0) return;
  site.demand(type === "module", `its type is ${String(type)}`, '"type": "module"');
  const entry = paths["."];
  const target = typeof entry === "string" ? entry : (entry as { readonly default?: unknown } | undefined)?.default;
  site.demand(typeof target === "string" && target.startsWith("./"), 'its exports lack "." with a default', 'exports with ".": {"types": "./…", "default": "./…"}');
}

function checkName(site: Site, { name, keywords, kdf }: PackageJson): void {
  const text = String(name);
  const candidates = candidateNames(text);
  site.demand(
    "packages" in candidates && candidates.packages.includes(text),
    `--plugin ${text} does not find a package of the name ${text}`,
    "a name like kdf-plugin-x or @scope/x",
  );
  const kinds = new Set((kdf?.provides ?? []).map((contribution) => contribution.slice(0, contribution.indexOf(":"))));
  const wanted = ["kdf", "kdf-plugin", ...[...kinds].map((kind) => `kdf-${kind}`), ...(kdf?.preset === undefined ? [] : ["kdf-preset"])];
  const missing = wanted.filter((word) => !Array.isArray(keywords) || !keywords.includes(word));
  site.demand(missing.length === 0, `the keywords ${missing.join(", ")} are missing`, `keywords with ${wanted.join(", ")}`);
}

function checkPeers(site: Site, { dependencies = {}, peerDependencies = {}, kdf }: PackageJson): void {
  const copies = shared.filter((name) => name in dependencies);
  site.demand(copies.length === 0, `${copies.join(", ")} among its dependencies`, "peerDependencies: a second copy would not know the first one's tensors and plugins");
  site.demand("@kdf/core" in peerDependencies, "@kdf/core is not among its peers", '"peerDependencies": {"@kdf/core": "^1.0.0"}');
  const others = Object.keys(peerDependencies).filter((name) => !shared.includes(name));
  const requires = kdf?.requires ?? [];
  site.demand(requires.length === 0 || others.length > 0, `it requires ${requires.join(", ")} and has no plugin as a peer`, "the plugin that provides it as a peer");
}

/** Everything that a plugin provides. */
export function contributionsOf(plugin: Plugin): readonly { readonly kind: Kind; readonly id: string }[] {
  return Object.entries(plugin.provides).flatMap(([kind, things]) => Object.keys(things).map((id) => ({ kind: kind as Kind, id })));
}
