import { engineTiers } from "@kdf/core";
import { checksOf, type Check, type Requirement, type Site } from "../conformance/check.js";
import { difference } from "./compare.js";
import type { Computed } from "./compute.js";
import { computations } from "./computations.js";
import { runEngine, type EngineRun } from "./run-engine.js";

/** An engine to check. */
export interface EngineUnderTest {
  /** Of the plugin's built module, as `new URL("../dist/index.js", import.meta.url)`. */
  readonly plugin: URL;
  /** Its id among the plugin's engines. */
  readonly id: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Where `kdf engine install` put what it needs. */
  readonly cacheDirectory?: string;
  /** Variables of its process's environment, beside those of this one. */
  readonly environment?: Readonly<Record<string, string>>;
  /** In which it must compute everything, in seconds; 300 unless given. */
  readonly limit?: number;
}

/** ‖engine − reference‖ / ‖reference‖ of each output and of each gradient as a whole , as kdf compares with other frameworks too. */
const tolerance = 1e-5;

/** The same in every call. */
const reference = once(() => runEngine({ id: "cpu", options: {}, limit: 300 }));

/**
 * Checks engines against the reference engine: every operation that kdf trains with and whole training steps, values
 * and gradients, each engine in a process of its own. Checks of one call share one run of each engine.
 */
export function describeEngines(engines: readonly EngineUnderTest[]): readonly Check[] {
  return engines.flatMap((engine) => {
    const { plugin, id, options = {}, limit = 300, ...rest } = engine;
    const run = once(() => runEngine({ ...rest, plugin: plugin.href, id, options, limit }));
    return checksOf(`engine ${id}`, requirements(id, run), `engine ${id}: `);
  });
}

function requirements(id: string, run: () => Promise<EngineRun>): Readonly<Record<string, Requirement>> {
  return {
    "starts and says what it is": async (site: Site) => demandReport(site, id, await run()),
    "refuses a second engine in its process": async (site: Site) => {
      const { report, second, problem } = await run();
      site.demand(report !== undefined, `nothing could be checked: ${problem ?? "it did not start"}`, "an engine that starts");
      site.demand(
        second === "KDF_ENGINE_ALREADY_STARTED",
        `a second engine was answered ${second ?? "nothing"}`,
        "KDF_ENGINE_ALREADY_STARTED: start() calls claimEngine of @kdf/tensor first of all",
      );
    },
    ...Object.fromEntries(
      computations().map(({ name }) => [name, async (site: Site) => demandSame(site, resultOf(site, await run(), name), resultOf(site, await reference(), name))]),
    ),
    "leaves no tensor": async (site: Site) => {
      const { results, problem } = await run();
      site.demand(results.size > 0, `nothing could be checked: ${problem ?? "it computed nothing"}`, "an engine that computes");
      const leaky = [...results].flatMap(([name, result]) => ("left" in result && result.left !== 0 ? [`${name} (${result.left})`] : []));
      site.demand(leaky.length === 0, `tensors are left after ${leaky.slice(0, 3).join(", ")}${leaky.length > 3 ? ` and ${leaky.length - 3} more` : ""}`, "none: an operation disposes what it makes on the way");
    },
    "computes everything, and its process ends by itself": async (site: Site) => {
      const { problem } = await run();
      site.demand(problem === undefined, problem ?? "", "a process that ends once its work is done: threads, devices and timers do not hold it");
    },
  };
}

function demandReport(site: Site, id: string, { report, problem }: EngineRun): void {
  site.demand(report !== undefined, problem ?? "it did not start", "an engine that starts");
  const { tier, library, device, threads, features } = report;
  const told = report.id === id && engineTiers.includes(tier) && library !== "" && device !== "" && Number.isInteger(threads) && threads > 0 && Array.isArray(features);
  site.demand(told, `it reports ${JSON.stringify(report)}`, `id "${id}", one of the tiers ${engineTiers.join(", ")}, library and device in words, a whole number of threads, a list of features`);
}

function resultOf(site: Site, { results, problem }: EngineRun, name: string): Computed {
  const result = results.get(name);
  site.demand(result !== undefined, `it was not computed: ${problem ?? "nothing came back"}`, "a result");
  if ("threw" in result) throw site.failure(`it threw: ${result.threw}`, "a result");
  return result;
}

function demandSame(site: Site, ours: Computed, reference: Computed): void {
  const problem = difference("output", ours.outputs, reference.outputs, tolerance) ?? difference("gradient", ours.gradients, reference.gradients, tolerance);
  site.demand(problem === undefined, problem ?? "", `what the reference engine cpu gives, within ${tolerance} of its norm`);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
