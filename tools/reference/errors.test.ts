import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { errorCatalogue } from "@kdf/core";
import { describe, expect, it } from "vitest";

const page = "docs/reference/errors.md";
const text = readFileSync(resolve(import.meta.dirname, "../..", page), "utf8");

/** Sections of the page by code. */
const sections = new Map(
  text
    .split(/^### /m)
    .slice(1)
    .map((section) => [/^\S+/.exec(section)?.[0] ?? "", section]),
);

const exitOf = (code: string): string => (errorCatalogue.get(code) === "request" ? "Exit 2" : "Exit 1");

describe(page, () => {
  it("has a section for each code of the catalogue", () => {
    const missing = [...errorCatalogue.keys()]
      .filter((code) => !sections.has(code))
      .map((code) => `add to ${page}: "### ${code}", "**${exitOf(code)}.**" what it means, the message in a text block, "**Way out.**" what to do`);
    expect(missing).toEqual([]);
  });

  it("has no section for a code that is gone", () => {
    const gone = [...sections.keys()]
      .filter((code) => !errorCatalogue.has(code))
      .map((code) => `remove from ${page}: "### ${code}", which packages/core/src/errors does not define`);
    expect(gone).toEqual([]);
  });

  it.each([...sections])("says of %s how kdf exits, what it means and what to do", (code, section) => {
    expect(section).toMatch(new RegExp(`^\\*\\*${exitOf(code)}\\.\\*\\* \\S`, "m"));
    expect(section).toMatch(/^\*\*Way out\.\*\* \S/m);
    expect(section).toMatch(new RegExp(`^error: .*\n  expected: .*\n  to fix:   .*\n  ${code}\n`, "m"));
  });
});
