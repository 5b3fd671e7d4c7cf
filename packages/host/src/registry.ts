import {
  contributionUnknown,
  isKdfError,
  kinds,
  parseOptions,
  pluginCycle,
  pluginDuplicateId,
  pluginReturned,
  pluginThrew,
  type Contributions,
  type Definition,
  type ExtensionRegistry,
  type Kind,
  type Logger,
  type Origin,
  type PluginContext,
  type Registered,
} from "@kdf/core";
import { loadPlugin } from "./load-plugin.js";
import { merge, type Values } from "./merge.js";
import { usable, type PluginIndex, type UsablePlugin } from "./plugin-index.js";

export interface RegistrySetting {
  readonly index: PluginIndex;
  /** Configured options, by contribution id or `kind:id`; the latter win. */
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly logger: Logger;
  readonly dataDirectory?: string;
  readonly cacheDirectory: string;
}

/**
 * What the loaded plugins provide. A plugin is loaded when it is named (`loadPlugin`) or when something that it
 * provides is asked for (`load`, `create`); nothing else runs a plugin's code.
 */
export class PluginRegistry implements ExtensionRegistry {
  readonly #setting: RegistrySetting;
  readonly #registered = new Map<string, Registered>();
  /** By folder; promises, so that two askers share one import. */
  readonly #loading = new Map<string, Promise<Origin>>();
  readonly #created = new Map<string, unknown>();

  constructor(setting: RegistrySetting) {
    this.#setting = setting;
  }

  get<K extends Kind>(kind: K, id: string): Registered<K> {
    const found = this.#registered.get(`${kind}:${id}`);
    if (found === undefined) throw this.#unknown(kind, id);
    return found as unknown as Registered<K>;
  }

  list<K extends Kind>(kind: K): readonly Registered<K>[] {
    return [...this.#registered.values()].filter((entry) => entry.kind === kind) as unknown as Registered<K>[];
  }

  ids(kind: Kind): readonly string[] {
    const loaded = this.list(kind).map((entry) => entry.id);
    return [...new Set([...loaded, ...this.#setting.index.ids(kind)])];
  }

  teacherFor(path: string): string | undefined {
    return this.#setting.index.teacherFor(path);
  }

  /** Loads the plugin that a user names (see `PluginIndex.resolve`). */
  async loadPlugin(name: string): Promise<Origin> {
    return this.#load(this.#setting.index.resolve(name));
  }

  /** Loads whatever installed plugin provides `kind:id`. KDF_PLUGIN_DUPLICATE_ID where two do and neither is loaded. */
  async load<K extends Kind>(kind: K, id: string): Promise<Registered<K>> {
    if (!this.#registered.has(`${kind}:${id}`)) {
      const [provider, ...others] = this.#setting.index.providers(kind, id);
      if (provider === undefined) throw this.#unknown(kind, id);
      if (others.length > 0) {
        throw pluginDuplicateId({ contribution: `${kind}:${id}`, packages: [provider, ...others].map((p) => p.package) });
      }
      await this.#load(usable(provider));
    }
    return this.get(kind, id);
  }

  /** The plugins whose code was loaded, in that order. */
  async loaded(): Promise<readonly Origin[]> {
    return Promise.all(this.#loading.values());
  }

  async create<K extends Kind>(kind: K, id: string, options?: unknown): Promise<Contributions[K]> {
    return this.#create(kind, id, options, []);
  }

  /**
   * Parses the configured options of a contribution, by id or `kind:id`, whether or not anything asks for it. Options
   * by an id that several kinds share must suit one of them. KDF_OPTIONS_INVALID.
   */
  async checkOptions(name: string): Promise<void> {
    const meant = this.#setting.index.contributions.filter((text) => text === name || text.slice(text.indexOf(":") + 1) === name);
    const refusals: unknown[] = [];
    for (const contribution of new Set(meant)) {
      const at = contribution.indexOf(":");
      const [kind, id] = [contribution.slice(0, at) as Kind, contribution.slice(at + 1)];
      try {
        await this.#parse(kind, id, undefined);
        return;
      } catch (error) {
        refusals.push(error);
      }
    }
    if (refusals.length > 0) throw refusals[0];
  }

  createdOptions(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#created);
  }

  #load(plugin: UsablePlugin): Promise<Origin> {
    const { directory } = plugin;
    const loading = this.#loading.get(directory) ?? this.#register(plugin);
    this.#loading.set(directory, loading);
    loading.catch(() => this.#loading.delete(directory));
    return loading;
  }

  async #register(indexed: UsablePlugin): Promise<Origin> {
    const { plugin, origin } = await loadPlugin(indexed, this.#setting.index);
    const entries = kinds.flatMap((kind) =>
      Object.entries(plugin.provides[kind] ?? {}).map(([id, definition]) => ({ kind, id, definition, origin }) as Registered),
    );
    for (const { kind, id } of entries) {
      const holder = this.#registered.get(`${kind}:${id}`)?.origin.package;
      if (holder !== undefined) {
        throw pluginDuplicateId({ contribution: `${kind}:${id}`, packages: [holder, origin.package] });
      }
    }
    for (const entry of entries) this.#registered.set(`${entry.kind}:${entry.id}`, entry);
    return origin;
  }

  async #create<K extends Kind>(
    kind: K,
    id: string,
    given: unknown,
    askers: readonly string[],
  ): Promise<Contributions[K]> {
    const contribution = `${kind}:${id}`;
    const chain = [...askers, contribution];
    if (askers.includes(contribution)) throw pluginCycle({ chain });
    const { definition, origin } = await this.load(kind, id);
    const parsed = await this.#parse(kind, id, given);
    const made = await this.#inPlugin(origin, "create", contribution, () =>
      (definition as Definition<Contributions[K]>).create(parsed, this.#context(chain)),
    );
    if (typeof made !== "object" || made === null) {
      throw pluginReturned({ plugin: origin.plugin, hook: "create", got: String(made), expected: `the ${kind} ${id}` });
    }
    this.#record(contribution, parsed);
    return made;
  }

  async #parse(kind: Kind, id: string, given: unknown): Promise<unknown> {
    const { definition, origin } = await this.load(kind, id);
    return this.#inPlugin(origin, "options", `${kind}:${id}`, () =>
      parseOptions<unknown>(definition.options, this.#optionsFor(kind, id, given), `${kind} ${id}`),
    );
  }

  /** Runs a part of a plugin; what it throws that is no catalogued error names the plugin. */
  async #inPlugin<T>(origin: Origin, hook: string, where: string, run: () => T | Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (cause) {
      if (isKdfError(cause)) throw cause;
      const message = cause instanceof Error ? cause.message : String(cause);
      throw pluginThrew({ plugin: origin.plugin, hook, where, message }, { cause });
    }
  }

  #optionsFor(kind: Kind, id: string, given: unknown): unknown {
    if (given !== undefined && (typeof given !== "object" || given === null)) return given;
    const { options } = this.#setting;
    return [options[id], options[`${kind}:${id}`], given as Values | undefined].reduce<Values>((under, over = {}) => merge(under, over), {});
  }

  #context(chain: readonly string[]): PluginContext {
    const { logger, dataDirectory, cacheDirectory } = this.#setting;
    return Object.freeze({
      create: <K extends Kind>(kind: K, id: string, options?: unknown) => this.#create(kind, id, options, chain),
      ids: (kind: Kind) => this.ids(kind),
      logger,
      ...(dataDirectory !== undefined && { dataDirectory }),
      cacheDirectory,
    });
  }

  /** Options that differ from those that stand under the contribution already get a numbered entry of their own. */
  #record(contribution: string, parsed: unknown): void {
    const text = JSON.stringify(parsed);
    for (let number = 1; ; number += 1) {
      const key = number === 1 ? contribution : `${contribution}#${number}`;
      if (!this.#created.has(key)) {
        this.#created.set(key, parsed);
        return;
      }
      if (JSON.stringify(this.#created.get(key)) === text) return;
    }
  }

  #unknown(kind: Kind, id: string): Error {
    return contributionUnknown({ kind, id, known: this.ids(kind) });
  }
}
