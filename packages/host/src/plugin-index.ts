import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  manifestSchema,
  pluginAmbiguous,
  pluginDuplicateId,
  pluginIncompatible,
  pluginIsProject,
  pluginNoManifest,
  pluginNotDeclared,
  pluginNotFound,
  type KdfError,
  type Kind,
  type Manifest,
} from "@kdf/core";
import { candidateNames, shortName } from "./candidate-names.js";
import { admits } from "./compatibility.js";
import { findPackage, readPackage, type PackageFolder, type PackageJson } from "./package-folder.js";
import type { Project } from "./project.js";

/** A plugin that the user may load, as its package.json describes it. None of its code has run. */
export interface IndexedPlugin {
  readonly package: string;
  readonly version: string;
  readonly directory: string;
  readonly json: PackageJson;
  /** Why it may be loaded: `declared`, `local`, or the package whose peer it is. */
  readonly because: string;
  readonly manifest: Manifest | undefined;
  /** Why it cannot be loaded after all; thrown when it is asked for. */
  readonly refusal: KdfError | undefined;
}

/** A plugin that can be loaded. */
export type UsablePlugin = IndexedPlugin & { readonly manifest: Manifest };

/** The copy of core that the host itself uses. */
export function hostCore(): PackageFolder {
  const found = findPackage("@kdf/core", dirname(fileURLToPath(import.meta.url)));
  if (found === undefined) throw new Error("@kdf/core is not installed beside @kdf/host");
  return found;
}

/**
 * All plugins that a project may load: the packages that it declares, and the peers of those of them that are kdf's,
 * transitively. Reads package.json files only.
 */
export class PluginIndex {
  readonly project: Project;
  readonly core: PackageFolder;
  readonly #plugins = new Map<string, IndexedPlugin>();
  /** Packages that the project declares and that carry no manifest. */
  readonly #plain = new Map<string, PackageFolder>();

  constructor(project: Project, core: PackageFolder = hostCore()) {
    this.project = project;
    this.core = core;
    this.#add(project.declared.map((name) => ({ name, because: "declared", from: project.directory })));
  }

  get plugins(): readonly IndexedPlugin[] {
    return [...this.#plugins.values()];
  }

  /** The plugins whose manifest says that they provide `kind:id`. */
  providers(kind: Kind, id: string): readonly IndexedPlugin[] {
    return this.plugins.filter((plugin) => plugin.manifest?.provides.includes(`${kind}:${id}`));
  }

  /** All that the plugins provide, as `kind:id`. */
  get contributions(): readonly string[] {
    return this.plugins.flatMap((plugin) => plugin.manifest?.provides ?? []);
  }

  /** Ids of one kind. */
  ids(kind: Kind): readonly string[] {
    return this.contributions.filter((text) => text.startsWith(`${kind}:`)).map((text) => text.slice(kind.length + 1));
  }

  /** The id of the teacher that opens a file, by the longest ending that a manifest names, or a folder, by what is in it. */
  teacherFor(path: string): string | undefined {
    const isFolder = existsSync(path) && statSync(path).isDirectory();
    const isMeant = (pattern: string): boolean => {
      if (pattern.startsWith(".")) return !isFolder && path.endsWith(pattern);
      return isFolder ? existsSync(join(path, pattern)) : basename(path) === pattern;
    };
    const fitting = this.plugins
      .flatMap((plugin) => Object.entries(plugin.manifest?.opens ?? {}).map(([pattern, contribution]) => ({ pattern, contribution, package: plugin.package })))
      .filter(({ pattern }) => isMeant(pattern));
    const longest = Math.max(...fitting.map(({ pattern }) => pattern.length));
    const [found, ...others] = fitting.filter(({ pattern }) => pattern.length === longest);
    if (found !== undefined && others.length > 0) {
      throw pluginDuplicateId({ contribution: `what opens ${found.pattern}`, packages: [found, ...others].map((each) => each.package) });
    }
    return found?.contribution.replace("teacher:", "");
  }

  /**
   * The plugin that a user's name means. A folder is taken from `base` and joins the index.
   * KDF_PLUGIN_NOT_FOUND, KDF_PLUGIN_NOT_DECLARED, KDF_PLUGIN_AMBIGUOUS, or what stands in the plugin's way:
   * KDF_PLUGIN_NO_MANIFEST, KDF_PLUGIN_INCOMPATIBLE.
   */
  resolve(name: string, base = this.project.directory): UsablePlugin {
    const candidates = candidateNames(name);
    return usable("folder" in candidates ? this.#local(resolve(base, candidates.folder)) : this.#named(name, candidates.packages));
  }

  /** Adds what is wanted and installed and kdf's, and the peers of that. */
  #add(wanted: readonly Wanted[]): void {
    const queue = [...wanted];
    for (const { name, because, from } of queue) {
      if (this.#plugins.has(name)) continue;
      const found = findPackage(name, this.project.directory) ?? findPackage(name, from);
      if (found?.json.kdf !== undefined) {
        const plugin = this.#inspect(name, because, found);
        this.#plugins.set(name, plugin);
        queue.push(...peersOf(plugin));
      } else if (found !== undefined && because === "declared") {
        this.#plain.set(name, found);
      }
    }
  }

  #local(directory: string): IndexedPlugin {
    const found = readPackage(directory);
    if (found === undefined) throw pluginNoManifest({ package: directory, problem: "it holds no package.json" });
    const known = this.plugins.find((plugin) => plugin.directory === found.directory);
    if (known !== undefined) return known;
    const plugin = this.#inspect(found.directory, "local", found);
    this.#plugins.set(found.directory, plugin);
    this.#add(peersOf(plugin));
    return plugin;
  }

  #named(name: string, packages: readonly string[]): IndexedPlugin {
    // A full name means itself, even where it could be short for another one.
    const exact = this.#plugins.get(name);
    if (exact !== undefined && packages.includes(name)) return exact;
    const plugins = packages.flatMap((candidate) => this.#plugins.get(candidate) ?? []);
    if (plugins.length > 1) throw pluginAmbiguous({ name, candidates: plugins.map((plugin) => plugin.package) });
    if (plugins[0] !== undefined) return plugins[0];

    for (const candidate of packages) {
      const plain = this.#plain.get(candidate);
      if (plain !== undefined) {
        throw pluginNoManifest({ package: candidate, problem: plain.damage ?? "there is none" });
      }
    }
    const { directory, file } = this.project;
    const own = this.#projectItself(name, packages);
    if (own !== undefined) throw pluginIsProject({ name, package: own, directory });
    const undeclared = packages.find((candidate) => findPackage(candidate, directory) !== undefined);
    if (undeclared !== undefined) throw pluginNotDeclared({ package: undeclared, project: file ?? directory });
    const installed = this.plugins.map((plugin) => shortName(plugin.package));
    throw pluginNotFound({ name, tried: packages, directory, installed });
  }

  /** The project's own name, where the project is a plugin and `name` means it or a thing that it provides. */
  #projectItself(name: string, packages: readonly string[]): string | undefined {
    const found = readPackage(this.project.directory);
    const manifest = manifestSchema.safeParse(found?.json.kdf).data;
    if (manifest === undefined) return undefined;
    const provided = manifest.provides.flatMap((contribution) => [contribution, contribution.slice(contribution.indexOf(":") + 1)]);
    const own = String(found?.json.name ?? manifest.id);
    return packages.includes(own) || manifest.id === name || provided.includes(name) ? own : undefined;
  }

  #inspect(name: string, because: string, { directory, json, damage }: PackageFolder): IndexedPlugin {
    const version = typeof json.version === "string" ? json.version : "0.0.0";
    const entry = { package: name, version, directory, json, because };
    const parsed = manifestSchema.safeParse(json.kdf);
    if (!parsed.success) {
      const issues = parsed.error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": "));
      const problem = damage ?? (json.kdf === undefined ? "there is none" : issues.join("; "));
      return { ...entry, manifest: undefined, refusal: pluginNoManifest({ package: name, problem }) };
    }
    const range = json.peerDependencies?.["@kdf/core"];
    const core = String(this.core.json.version);
    const fits = admits(range, core);
    const refusal = fits ? undefined : pluginIncompatible({ package: name, version, range: range ?? "not stated", core });
    return { ...entry, manifest: parsed.data, refusal };
  }
}

interface Wanted {
  readonly name: string;
  readonly because: string;
  /** Folder that would import it. */
  readonly from: string;
}

const peersOf = (plugin: IndexedPlugin): Wanted[] =>
  Object.keys(plugin.json.peerDependencies ?? {}).map((name) => ({
    name,
    because: plugin.package,
    from: plugin.directory,
  }));

/** The plugin, if nothing stands in its way; else throws what does. */
export function usable(plugin: IndexedPlugin): UsablePlugin {
  if (plugin.refusal !== undefined || plugin.manifest === undefined) throw plugin.refusal;
  return plugin as UsablePlugin;
}
