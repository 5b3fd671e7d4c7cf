import type { Contributions, Definition, Kind, Plugin } from "@kdf/core";
import { checkRefused, demandTellingRefusals, type RefusedOptions } from "../cases/refused.js";
import { TestSite } from "../cases/weakness.js";
import { MemoryRegistry } from "../registry/memory-registry.js";
import { caseChecksOf, checksOf, type Check, type Requirement } from "./check.js";
import { startDefaultEngine } from "./default-engine.js";
import { checkRoundTrip, checkStrictness, type OptionSet } from "./option-checks.js";

export interface TesterOptions {
  /** Sets of options to check the contribution with. The defaults alone, unless given. */
  readonly options?: readonly OptionSet[];
  /** Options that it must refuse. Unknown ones are tried anyway. */
  readonly refused?: readonly RefusedOptions[];
  /** Plugins whose contributions this one asks for. */
  readonly plugins?: readonly Plugin[];
  /** Starts the engine to check on. The one that this process has started, or else the reference engine, unless given. */
  readonly startEngine?: () => Promise<unknown>;
}

const weaknessCheck = "its tests prove what it does";

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
    const requirements: Readonly<Record<string, Requirement>> = {
      "options are plain JSON that parses to itself": (site) => checkRoundTrip(site, this.definition, this.optionSets),
      "an option that does not exist is refused": (site) => checkStrictness(site, this.definition, this.optionSets),
      ...this.requirements(),
      [weaknessCheck]: async () => {
        demandTellingRefusals(this.testSite, this.definition, this.#refused);
        await this.demandTellingCases(this.testSite);
      },
      ...Object.fromEntries(this.#refused.map((one) => [`refuses ${one.name}`, (site) => checkRefused(site, () => this.make(one.options), one)] satisfies [string, Requirement])),
    };
    return [...checksOf(this.#name, requirements), ...caseChecksOf(this.#name, this.caseChecks())].map(({ name, run }) => ({
      name,
      run: async () => {
        await (this.#given.startEngine ?? startDefaultEngine)();
        await run();
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

  protected abstract requirements(): Readonly<Record<string, Requirement>>;

  /** Throws KDF_TEST_WEAK for cases that prove too little. */
  protected demandTellingCases(_test: TestSite): void | Promise<void> {}

  /** A check for each case, by the case's name. */
  protected caseChecks(): Readonly<Record<string, Requirement>> {
    return {};
  }

  /** The sets of options to go through. */
  protected get optionSets(): readonly OptionSet[] {
    return this.#given.options ?? [{}];
  }

  protected get testSite(): TestSite {
    return new TestSite(this.#name);
  }

  /** A fresh instance. */
  protected make(options: OptionSet): Promise<Contributions[K]> {
    return new MemoryRegistry([this.#plugin, ...(this.#given.plugins ?? [])]).create(this.kind, this.id, options);
  }

  protected get definition(): Definition<Contributions[K]> {
    return new MemoryRegistry([this.#plugin]).get(this.kind, this.id).definition;
  }

  get #name(): string {
    return `${this.kind} ${this.id}`;
  }

  get #refused(): readonly RefusedOptions[] {
    return this.#given.refused ?? [];
  }
}
