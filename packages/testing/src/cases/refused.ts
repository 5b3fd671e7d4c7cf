import { isKdfError, optionsJsonSchema, type Definition } from "@kdf/core";
import type { Site } from "../conformance/check.js";
import type { OptionSet } from "../conformance/option-checks.js";
import { leavesOf } from "../conformance/option-leaves.js";
import type { TestSite } from "./weakness.js";

/** Options that the contribution must refuse. */
export interface RefusedOptions {
  readonly name: string;
  readonly options: OptionSet;
}

/** `make` parses the options and calls the factory: either may refuse. */
export async function checkRefused(site: Site, make: () => Promise<unknown>, { options }: RefusedOptions): Promise<void> {
  const outcome: unknown = await make().then(
    () => "accepted",
    (error: unknown) => (isKdfError(error) && error.code === "KDF_OPTIONS_INVALID" ? undefined : `met by ${String(error)}`),
  );
  site.demand(outcome === undefined, `${JSON.stringify(options)} is ${String(outcome)}`, "KDF_OPTIONS_INVALID, by the schema or by the factory");
}

/** Every schema that is strict refuses an unknown option: such a case says nothing about the plugin. */
export function demandTellingRefusals(test: TestSite, definition: Definition<unknown>, refused: readonly RefusedOptions[]): void {
  test.demandDifferent(refused, ({ options }) => options);
  const schema = optionsJsonSchema(definition.options);
  const known = schema === undefined ? undefined : new Set(leavesOf(schema).map(({ path }) => path[0]!));
  for (const { name, options } of refused) {
    const unknown = known === undefined ? [] : Object.keys(options).filter((option) => !known.has(option));
    test.demand(unknown.length === 0, `"${name}" is refused because there is no option ${unknown.join(", ")}`, "existing options with values that they cannot have: unknown ones are always tried");
    test.demand(Object.keys(options).length > 0, `"${name}" gives no option`, "an option with a value that it cannot have");
  }
}
