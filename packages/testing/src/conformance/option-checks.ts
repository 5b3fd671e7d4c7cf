import { optionsJsonSchema, parseOptions, type Definition } from "@kdf/core";
import type { Site } from "./check.js";
import { leavesOf, valueAt, withValue } from "./option-leaves.js";
import { jsonProblem, sameJson, throughJson } from "./plain-json.js";

export type OptionSet = Readonly<Record<string, unknown>>;

/** Parsed options are recorded in the run as JSON and given back from it. */
export async function checkRoundTrip(site: Site, definition: Definition<unknown>, sets: readonly OptionSet[]): Promise<void> {
  for (const given of sets) {
    const parsed = await parseOptions(definition.options, given, "it");
    const problem = jsonProblem(parsed);
    site.demand(problem === undefined, `parsed options cannot be recorded: ${problem}`, "options that are plain JSON");
    const again = await parseOptions(definition.options, throughJson(parsed), "it");
    site.demand(sameJson(parsed, again), `${JSON.stringify(parsed)} parses to ${JSON.stringify(again)}`, "parsed options that parse to themselves");
  }
}

export async function checkStrictness(site: Site, definition: Definition<unknown>, sets: readonly OptionSet[]): Promise<void> {
  for (const given of sets) {
    const accepted = await accepts(definition, { ...given, "no such option": 1 });
    site.demand(!accepted, "an option that does not exist is accepted", "a strict schema: a misspelt option must not pass in silence");
  }
}

/** Help, reference pages and completion are made from the JSON Schema. */
export async function checkDescriptions(site: Site, definition: Definition<unknown>, sets: readonly OptionSet[]): Promise<void> {
  const schema = optionsJsonSchema(definition.options);
  site.demand(schema !== undefined, "the options have no JSON Schema", "a schema that gives one, as zod's without transforms do");
  const leaves = leavesOf(schema);
  const silent = leaves.filter(({ node }) => typeof node["description"] !== "string" || node["description"].trim() === "");
  site.demand(silent.length === 0, `${names(silent)} without a description`, "a description of every option: what it does, and its unit");
  for (const given of sets) {
    const parsed = await parseOptions(definition.options, given, "it");
    for (const { path, node } of leaves) {
      const value = valueAt(parsed, path);
      if (valueAt(given, path) !== undefined || value === undefined) continue;
      const stated = JSON.stringify(node["default"]) ?? "none";
      site.demand(
        sameJson(node["default"], value),
        `${path.join(".")} is ${JSON.stringify(value)} when it is not given, and its schema states the default ${stated}`,
        "a schema that states the default: .default(…), not a value put in later",
      );
    }
  }
}

/** Values of each JSON type: an option that takes all of them checks nothing. */
const strangers: readonly unknown[] = [null, true, -1.5, "no such value", [[]], { "no such": "value" }];

export async function checkMisfits(site: Site, definition: Definition<unknown>, sets: readonly OptionSet[]): Promise<void> {
  for (const whole of [null, "options", 1, []]) {
    site.demand(!(await accepts(definition, whole)), `${JSON.stringify(whole)} is accepted as options`, "options that are an object");
  }
  const schema = optionsJsonSchema(definition.options);
  for (const { path } of schema === undefined ? [] : leavesOf(schema)) {
    const accepted = await Promise.all(strangers.map((value) => accepts(definition, withValue(sets[0] ?? {}, path, value))));
    site.demand(accepted.includes(false), `${path.join(".")} takes any value`, "a schema that refuses what the option cannot mean");
  }
}

const accepts = (definition: Definition<unknown>, value: unknown): Promise<boolean> =>
  parseOptions(definition.options, value, "it").then(
    () => true,
    () => false,
  );

const names = (leaves: readonly { readonly path: readonly string[] }[]): string => leaves.map(({ path }) => path.join(".")).join(", ");
