import { describe, expect, it } from "vitest";
import { candidateNames, shortName } from "./candidate-names.js";

describe("candidateNames", () => {
  it.each([
    ["cutmix", ["@kdf/plugin-cutmix", "kdf-plugin-cutmix"]],
    ["top-1", ["@kdf/plugin-top-1", "kdf-plugin-top-1"]],
    ["kdf-plugin-cutmix", ["kdf-plugin-cutmix"]],
    ["@acme", ["@acme/kdf-plugin"]],
    ["@acme/cutmix", ["@acme/cutmix", "@acme/kdf-plugin-cutmix"]],
    ["@acme/kdf-plugin", ["@acme/kdf-plugin"]],
    ["@acme/kdf-plugin-cutmix", ["@acme/kdf-plugin-cutmix"]],
    ["@kdf/cutmix", ["@kdf/cutmix", "@kdf/plugin-cutmix"]],
    ["@kdf/plugin-cutmix", ["@kdf/plugin-cutmix"]],
  ])("reads %s as the packages %o", (name, packages) => {
    expect(candidateNames(name)).toEqual({ packages });
  });

  it.each([
    ["./mine", "./mine"],
    ["../mine", "../mine"],
    [".", "."],
    ["..", ".."],
    ["/opt/mine", "/opt/mine"],
    ["C:\\mine", "C:\\mine"],
    [".\\mine", ".\\mine"],
    ["file:mine", "mine"],
    ["file:/opt/mine", "/opt/mine"],
    ["file:///opt/mine", "/opt/mine"],
  ])("reads %s as the folder %s", (name, folder) => {
    expect(candidateNames(name)).toEqual({ folder });
  });

  it.each(["", "Cut Mix", "a/b", "@a/b/c", "@", "@/x", "a/../../b", "@a/..", "CutMix", ".hidden"])(
    "finds no package for %o",
    (name) => expect(candidateNames(name)).toEqual({ packages: [] }),
  );
});

it.each([
  ["@kdf/plugin-cutmix", "cutmix"],
  ["kdf-plugin-cutmix", "cutmix"],
  ["@acme/kdf-plugin", "@acme"],
  ["@acme/kdf-plugin-cutmix", "@acme/cutmix"],
  ["@acme/vision", "@acme/vision"],
])("the short name of %s is %s, and leads back", (packageName, short) => {
  expect(shortName(packageName)).toBe(short);
  expect((candidateNames(short) as { packages: string[] }).packages).toContain(packageName);
});
