import { conformance } from "@kdf/testing";
import { describe, test } from "vitest";

/** A preset has no code, and so no test of its own. */
describe.each(["quickstart", "recipes"])("the preset %s", (id) => {
  const file = new URL(`../../plugins/presets/${id}/package.json`, import.meta.url);
  for (const check of conformance(undefined, { package: file })) test(check.name, check.run);
});
