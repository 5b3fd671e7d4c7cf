import type { Augmenter } from "./contracts/augmenter.js";
import type { Dataset } from "./contracts/dataset.js";
import type { Distiller } from "./contracts/distiller.js";
import type { Engine } from "./contracts/engine.js";
import type { Installer } from "./contracts/installer.js";
import type { Logger } from "./contracts/logger.js";
import type { Metric } from "./contracts/metric.js";
import type { Network } from "./contracts/network.js";
import type { Teacher } from "./contracts/teacher.js";
import type { Tracker } from "./contracts/tracker.js";
import type { OptionsSchema } from "./schema.js";

/** What each kind of contribution makes. The key is the kind's name everywhere: manifest, command line, errors. */
export interface Contributions {
  augmenter: Augmenter;
  distiller: Distiller;
  metric: Metric;
  dataset: Dataset;
  network: Network;
  teacher: Teacher;
  engine: Engine;
  tracker: Tracker;
  installer: Installer;
}

export type Kind = keyof Contributions;

export const kinds = ["augmenter", "distiller", "metric", "dataset", "network", "teacher", "engine", "tracker", "installer"] as const;

/** What a factory is given. Frozen. */
export interface PluginContext {
  /** Another plugin's contribution: what a plugin needs of another it asks for here, by id. */
  create<K extends Kind>(kind: K, id: string, options?: unknown): Promise<Contributions[K]>;
  /** Ids of all that the installed plugins provide of a kind. */
  ids(kind: Kind): readonly string[];
  readonly logger: Logger;
  /** Where the user keeps data files (`--data-dir`), if said. */
  readonly dataDirectory?: string;
  /** Where downloads may be kept between runs. */
  readonly cacheDirectory: string;
}

/** One thing that a plugin provides. */
export interface Definition<Thing, Options = any> {
  /** A line for lists and the reference. */
  readonly summary: string;
  /** Where what it computes is published, for the reference: authors, place, year, and an address, in one line. */
  readonly paper?: string;
  readonly options: OptionsSchema<Options>;
  /** Native packages are imported in here, never at the top of a file. */
  create(options: Options, context: PluginContext): Thing | Promise<Thing>;
}

export type Provided = { readonly [K in Kind]?: Readonly<Record<string, Definition<Contributions[K]>>> };

export interface PluginDefinition {
  readonly id: string;
  readonly provides: Provided;
}

const brand = Symbol.for("kdf.plugin");

/** A plugin as the host takes it: the default export of its package. */
export interface Plugin extends PluginDefinition {
  readonly [brand]: 1;
}

/** Marks the default export of a plugin package. Registered symbol: a second copy of core does no harm here. */
export function definePlugin(definition: PluginDefinition): Plugin {
  return Object.freeze({ ...definition, [brand]: 1 as const });
}

/** Ties the options' type to the factory's; the result goes into `provides`. */
export function define<Thing, Options>(definition: Definition<Thing, Options>): Definition<Thing, Options> {
  return definition;
}

export function isPlugin(value: unknown): value is Plugin {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === 1;
}
