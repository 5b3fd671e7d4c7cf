import { parseOptions, type Contributions, type Kind, type Plugin } from "@kdf/core";
import { startReferenceEngine } from "@kdf/tensor";
import { MemoryRegistry } from "../registry/memory-registry.js";
import { Site, type Check } from "./check.js";
import { jsonProblem, sameJson, throughJson } from "./plain-json.js";

export interface TesterOptions {
  /** Sets of options to check the contribution with. The defaults alone, unless given. */
  readonly options?: readonly Readonly<Record<string, unknown>>[];
  /** Plugins whose contributions this one asks for. */
  readonly plugins?: readonly Plugin[];
  /** The engine to check on: the reference engine, unless given. */
  readonly startEngine?: () => Promise<unknown>;
}

/** Checks one contribution of a plugin against its contract, with any test runner: each check runs on its own. */
export abstract class Tester<K extends Kind> {
  protected readonly kind: K;
  protected readonly id: string;
  readonly #plugin: Plugin;
  readonly #given: TesterOptions;

  protected constructor(kind: K, plugin: Plugin, id: string, given: TesterOptions) {
    this.kind = kind;
    this.id = id;
    this.#plugin = plugin;
    this.#given = given;
  }

  /** Every requirement, as `for (const check of tester.checks) test(check.name, check.run)`. */
  get checks(): readonly Check[] {
    const all = { "options are strict and survive JSON": (site: Site) => this.#checkOptions(site), ...this.requirements() };
    return Object.entries(all).map(([name, check]) => ({
      name,
      run: async () => {
        await (this.#given.startEngine ?? startReferenceEngine)();
        await check(new Site(`${this.kind} ${this.id}`, name));
      },
    }));
  }

  /** Runs all checks; throws the first failure. */
  async run(): Promise<void> {
    for (const check of this.checks) await check.run();
  }

  /** Runs all checks; what failed, by the check's name. */
  async failures(): Promise<ReadonlyMap<string, Error>> {
    const failed = new Map<string, Error>();
    for (const check of this.checks) await check.run().catch((error: Error) => failed.set(check.name, error));
    return failed;
  }

  protected abstract requirements(): Readonly<Record<string, (site: Site) => void | Promise<void>>>;

  /** The sets of options to go through. */
  protected get optionSets(): readonly Readonly<Record<string, unknown>>[] {
    return this.#given.options ?? [{}];
  }

  /** A fresh instance. */
  protected make(options: Readonly<Record<string, unknown>>): Promise<Contributions[K]> {
    return new MemoryRegistry([this.#plugin, ...(this.#given.plugins ?? [])]).create(this.kind, this.id, options);
  }

  async #checkOptions(site: Site): Promise<void> {
    const schema = new MemoryRegistry([this.#plugin]).get(this.kind, this.id).definition.options;
    const parse = (value: unknown): Promise<unknown> => parseOptions(schema, value, this.id);
    for (const given of this.optionSets) {
      const parsed = await parse(given);
      const problem = jsonProblem(parsed);
      site.demand(problem === undefined, `parsed options cannot be recorded: ${problem}`, "options that are plain JSON");
      const again = await parse(throughJson(parsed));
      site.demand(sameJson(parsed, again), `${JSON.stringify(parsed)} parses to ${JSON.stringify(again)}`, "parsed options that parse to themselves");
      const accepted = await parse({ ...given, "no such option": 1 }).then(() => true, () => false);
      site.demand(!accepted, "an option that does not exist is accepted", "a strict schema: a misspelt option must not pass in silence");
    }
  }
}
