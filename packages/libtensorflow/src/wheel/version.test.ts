import { expect, test } from "vitest";
import { compareVersions, satisfies } from "./version.js";

// As `packaging.specifiers.SpecifierSet(specifier).contains(version)` of Python answers (packaging 26.2).
test.each([
  ["12.9.3.13", "<13.0,>=12.5.3.2", true],
  ["13.0.0", "<13.0,>=12.5.3.2", false],
  ["12.5.3.1", "<13.0,>=12.5.3.2", false],
  ["8.9.4.25", "==8.9.4.25", true],
  ["8.9.4.26", "==8.9.4.25", false],
  ["12.2", "==12.2.0", true],
  ["12.2.140", "==12.2.*", true],
  ["12.20.1", "==12.2.*", false],
  ["12.2.140", "!=12.2.*", false],
  ["2.27.7", "~=2.27.5", true],
  ["2.28.0", "~=2.27.5", false],
  ["2.28.0", "~=2.27", true],
  ["1.0.post1", ">=1.0", true],
  ["1.0.post1", "<=1.0", false],
  ["1.0rc1", ">=0.9", false],
  ["1.0", "", true],
])("%s in '%s': %s", (version, specifier, expected) => {
  expect(satisfies(version, specifier)).toBe(expected);
});

test("orders by number, not by letter", () => {
  expect(["12.9.86", "12.10.1", "12.9.9", "12.9", "12.9.86.post1"].sort(compareVersions)).toEqual(["12.9", "12.9.9", "12.9.86", "12.9.86.post1", "12.10.1"]);
});
