import type { Contributions, Definition, Kind } from "./plugin.js";

/** Where a contribution came from. */
export interface Origin {
  readonly plugin: string;
  readonly package: string;
  readonly version: string;
  /** Folder of the package. */
  readonly directory: string;
}

export interface Registered<K extends Kind = Kind> {
  readonly kind: K;
  readonly id: string;
  readonly definition: Definition<Contributions[K]>;
  readonly origin: Origin;
}

/** What the loaded plugins provide. Ids are unique per kind. */
export interface ExtensionRegistry {
  /** Throws KDF_CONTRIBUTION_UNKNOWN with the nearest id. */
  get<K extends Kind>(kind: K, id: string): Registered<K>;
  list<K extends Kind>(kind: K): readonly Registered<K>[];
  /** Ids of all that the installed plugins provide, loaded or not. */
  ids(kind: Kind): readonly string[];
  /**
   * The teacher that opens this file or folder, as the installed plugins' manifests say (`opens`); undefined where none
   * does. KDF_PLUGIN_DUPLICATE_ID where two do.
   */
  teacherFor(path: string): string | undefined;
  /**
   * Parses the options (those given over those configured) and makes the thing. An error in the
   * factory names the plugin.
   */
  create<K extends Kind>(kind: K, id: string, options?: unknown): Promise<Contributions[K]>;
  /**
   * Parsed options of all that was created, by `kind:id`; where one was created with other options too,
   * those stand under `kind:id#2` and so on.
   */
  createdOptions(): Readonly<Record<string, unknown>>;
}
