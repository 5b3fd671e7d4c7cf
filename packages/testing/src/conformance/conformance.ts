import type { Kind, Plugin } from "@kdf/core";
import { tensorCount } from "@kdf/tensor";
import { MemoryRegistry } from "../registry/memory-registry.js";
import { startDefaultEngine } from "./default-engine.js";
import { checksOf, type Check, type Requirement, type Site } from "./check.js";
import { formProblem } from "./kind-forms.js";
import { checkDescriptions, checkMisfits, checkRoundTrip, checkStrictness, type OptionSet } from "./option-checks.js";
import { contributionsOf, packageChecks } from "./package-checks.js";

export interface ConformanceOptions {
  /** Of the plugin's package.json, as `new URL("../package.json", import.meta.url)`. */
  readonly package: URL;
  /** Sets of options to check a contribution with, by its id or `kind:id`. The defaults alone, unless given. */
  readonly options?: Readonly<Record<string, readonly OptionSet[]>>;
  /** Plugins whose contributions this one asks for. */
  readonly plugins?: readonly Plugin[];
  /**
   * Starts the engine to check on. The one that this process has started, or else the reference engine, unless given. Not
   * used for a plugin that is an engine.
   */
  readonly startEngine?: () => Promise<unknown>;
}

/**
 * Checks what every kind of plugin has in common: package.json, manifest, options, factories. `plugin` is the
 * package's default export; undefined for a preset, which has no code.
 */
export function conformance(plugin: Plugin | undefined, given: ConformanceOptions): readonly Check[] {
  const name = plugin === undefined ? "preset" : `plugin ${plugin.id}`;
  const contributions = plugin === undefined ? [] : contributionsOf(plugin);
  return [
    ...checksOf(name, packageChecks(plugin, given.package)),
    ...contributions.flatMap(({ kind, id }) => contributionChecks(plugin!, kind, id, given)),
  ];
}

function contributionChecks(plugin: Plugin, kind: Kind, id: string, given: ConformanceOptions): readonly Check[] {
  const registry = new MemoryRegistry([plugin, ...(given.plugins ?? [])]);
  const { definition } = registry.get(kind, id);
  const sets = given.options?.[`${kind}:${id}`] ?? given.options?.[id] ?? [{}];
  const requirements: Readonly<Record<string, Requirement>> = {
    "options are plain JSON that parses to itself": (site) => checkRoundTrip(site, definition, sets),
    "an option that does not exist is refused": (site) => checkStrictness(site, definition, sets),
    "values that an option cannot have are refused": (site) => checkMisfits(site, definition, sets),
    "options have descriptions, and state their defaults": (site) => checkDescriptions(site, definition, sets),
    "it has a summary of one line": (site) => checkSummary(site, definition.summary),
    "its factory makes what its kind demands": (site) => checkFactory(site, registry, kind, id, sets),
    ...(kind !== "engine" && {
      "made and disposed, it leaves no tensor": async (site: Site) => {
        await (given.startEngine ?? startDefaultEngine)();
        await checkDisposal(site, registry, kind, id, sets);
      },
    }),
  };
  return checksOf(`${kind} ${id}`, requirements, `${kind} ${id}: `);
}

function checkSummary(site: Site, summary: string): void {
  const fits = typeof summary === "string" && summary.trim() !== "" && !summary.includes("\n");
  site.demand(fits, `its summary is ${JSON.stringify(summary)}`, "one line for lists and the reference");
}

async function checkFactory(site: Site, registry: MemoryRegistry, kind: Kind, id: string, sets: readonly OptionSet[]): Promise<void> {
  for (const options of sets) {
    const thing = await make(site, registry, kind, id, options);
    const problem = formProblem(kind, thing);
    site.demand(problem === undefined, `what its factory makes is no ${kind}: ${problem}`, `what the contract of ${kind} in @kdf/core says`);
    dispose(site, thing);
  }
}

async function checkDisposal(site: Site, registry: MemoryRegistry, kind: Kind, id: string, sets: readonly OptionSet[]): Promise<void> {
  for (const options of sets) {
    const before = tensorCount();
    dispose(site, await make(site, registry, kind, id, options));
    const left = tensorCount() - before;
    site.demand(left === 0, `${left} tensors are left once it is made and disposed`, "none: dispose() releases what the factory made");
  }
}

async function make(site: Site, registry: MemoryRegistry, kind: Kind, id: string, options: OptionSet): Promise<unknown> {
  try {
    return await registry.create(kind, id, options);
  } catch (cause) {
    throw site.failure(`its factory threw for ${JSON.stringify(options)}: ${cause instanceof Error ? cause.message : String(cause)}`, "a factory that returns", cause);
  }
}

function dispose(site: Site, thing: unknown): void {
  const { dispose: hook } = (thing ?? {}) as { readonly dispose?: unknown };
  if (typeof hook === "function") site.calls("dispose", "a thing just made", () => (hook as () => void).call(thing));
}
