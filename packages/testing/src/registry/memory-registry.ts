import { tmpdir } from "node:os";
import {
  contributionUnknown,
  isKdfError,
  kinds,
  parseOptions,
  pluginDuplicateId,
  pluginThrew,
  type Contributions,
  type Definition,
  type ExtensionRegistry,
  type Kind,
  type Logger,
  type Origin,
  type Plugin,
  type PluginContext,
  type Registered,
} from "@kdf/core";
import { merge, type Values } from "@kdf/host";
import { RecordingLogger } from "./recording-logger.js";

export interface MemoryRegistryOptions {
  /** Configured options, by contribution id or `kind:id`. */
  readonly options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly logger?: Logger;
  readonly dataDirectory?: string;
  readonly cacheDirectory?: string;
  /** Ids of teachers by the endings of the files that they open. */
  readonly opens?: Readonly<Record<string, string>>;
}

/** What the plugins given provide, with no files, manifests or projects around it. */
export class MemoryRegistry implements ExtensionRegistry {
  readonly #options: MemoryRegistryOptions;
  readonly #registered = new Map<string, Registered>();
  readonly #created: Record<string, unknown> = {};

  constructor(plugins: readonly Plugin[], options: MemoryRegistryOptions = {}) {
    this.#options = options;
    for (const { id: plugin, provides } of plugins) {
      const origin = { plugin, package: `memory:${plugin}`, version: "1.0.0", directory: "" };
      for (const kind of kinds) {
        for (const [id, definition] of Object.entries(provides[kind] ?? {})) {
          const holder = this.#registered.get(`${kind}:${id}`);
          if (holder !== undefined) {
            throw pluginDuplicateId({ contribution: `${kind}:${id}`, packages: [holder.origin.package, origin.package] });
          }
          this.#registered.set(`${kind}:${id}`, { kind, id, definition, origin } as Registered);
        }
      }
    }
  }

  get<K extends Kind>(kind: K, id: string): Registered<K> {
    const found = this.#registered.get(`${kind}:${id}`);
    if (found === undefined) throw contributionUnknown({ kind, id, known: this.ids(kind) });
    return found as unknown as Registered<K>;
  }

  ids(kind: Kind): readonly string[] {
    return this.list(kind).map((entry) => entry.id);
  }

  list<K extends Kind>(kind: K): readonly Registered<K>[] {
    return [...this.#registered.values()].filter((entry) => entry.kind === kind) as unknown as Registered<K>[];
  }

  teacherFor(path: string): string | undefined {
    return Object.entries(this.#options.opens ?? {}).find(([ending]) => path.endsWith(ending))?.[1];
  }

  async create<K extends Kind>(kind: K, id: string, given?: unknown): Promise<Contributions[K]> {
    const { definition, origin } = this.get(kind, id) as { definition: Definition<Contributions[K]>; origin: Origin };
    const { options = {} } = this.#options;
    const merged = [options[id], options[`${kind}:${id}`], given as Values | undefined].reduce<Values>((under, over = {}) => merge(under, over), {});
    const parsed: unknown = await parseOptions(definition.options, merged, `${kind} ${id}`);
    this.#created[`${kind}:${id}`] = parsed;
    try {
      return await definition.create(parsed, this.context());
    } catch (cause) {
      if (isKdfError(cause)) throw cause;
      const message = cause instanceof Error ? cause.message : String(cause);
      throw pluginThrew({ plugin: origin.plugin, hook: "create", where: `${kind}:${id}`, message }, { cause });
    }
  }

  createdOptions(): Readonly<Record<string, unknown>> {
    return this.#created;
  }

  /** What a factory is given. */
  context(): PluginContext {
    const { logger = new RecordingLogger(), dataDirectory, cacheDirectory = tmpdir() } = this.#options;
    return Object.freeze({
      create: <K extends Kind>(kind: K, id: string, options?: unknown) => this.create(kind, id, options),
      ids: (kind: Kind) => this.ids(kind),
      logger,
      ...(dataDirectory !== undefined && { dataDirectory }),
      cacheDirectory,
    });
  }
}
