import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { manifestSchema } from "@kdf/core";
import { satisfies } from "semver";
import { describe, expect, it } from "vitest";
import { publishedPackages, readJson, root, type PackageJson } from "./workspace.js";

const packages = publishedPackages();
const repository = readJson(join(root, "package.json"));
const versions = new Map(packages.map(({ json }) => [json.name, json.version]));

const internal = (ranges: Readonly<Record<string, string>> | undefined): [string, string][] =>
  Object.entries(ranges ?? {}).filter(([name]) => name.startsWith("@kdf/"));

function wrongRanges(json: PackageJson): string[] {
  return [json.dependencies, json.optionalDependencies, json.peerDependencies, json.devDependencies]
    .flatMap((ranges) => internal(ranges))
    .filter(([name, range]) => !range.startsWith("^") || !satisfies(versions.get(name) ?? "", range))
    .map(([name, range]) => `${name}: ${range}, but ${name} is ${versions.get(name) ?? "not in this repository"}`);
}

describe.each(packages)("$folder/package.json", ({ folder, json, kind }) => {
  it("can be published", () => {
    expect(json).toMatchObject({ license: repository.license, type: "module", engines: repository.engines });
    expect(json.private).toBeUndefined();
    expect(json.description).toMatch(/\S/);
    expect(json.exports).toHaveProperty(["./package.json"], "./package.json");
    expect(json.files).toBeDefined();
  });

  it("has a README", () => {
    expect(existsSync(join(root, folder, "README.md")), `${folder}/README.md`).toBe(true);
  });

  it("exports what the build makes, types first", () => {
    for (const [name, entry] of Object.entries(json.exports ?? {})) {
      if (name === "./package.json") continue;
      const paths = entry as Readonly<Record<string, string>>;
      expect(Object.keys(paths)).toEqual(["types", "default"]);
      expect(paths["default"]).toMatch(/^\.\/dist\/.*\.js$/);
      expect(paths["types"]).toBe(paths["default"]?.replace(/\.js$/, ".d.ts"));
      expect(json.files).toContain("dist");
      expect(json.scripts).toHaveProperty("build");
    }
  });

  it("runs no script on install or publish", () => {
    const automatic = /^(pre|post)|^(install|prepare|publish)$/;
    expect(Object.keys(json.scripts ?? {}).filter((name) => automatic.test(name))).toEqual([]);
  });

  it("names other packages of kdf by a caret range that their version satisfies", () => {
    expect(wrongRanges(json)).toEqual([]);
  });

  if (kind === undefined) return;
  const id = basename(folder);

  it("is named and found as a plugin", () => {
    expect(json.name).toBe(`@kdf/plugin-${id}`);
    expect(json.keywords).toEqual(expect.arrayContaining(["kdf", "kdf-plugin", `kdf-${kind}`]));
    expect(repository.dependencies, "declared by the repository, so that kdf may load it here").toHaveProperty([json.name]);
  });

  it("says in its manifest what its folder says", () => {
    const manifest = manifestSchema.parse(json.kdf);
    expect(manifest.id).toBe(id);
    if (kind === "preset") expect(manifest.preset).toBeDefined();
    else expect(manifest.provides.map((contribution) => contribution.split(":")[0])).toContain(kind);
  });

  it("has kdf's packages as peers, never as copies of its own", () => {
    expect(json.peerDependencies).toHaveProperty(["@kdf/core"]);
    expect(internal(json.dependencies)).toEqual([]);
    expect(internal(json.optionalDependencies)).toEqual([]);
  });

  it("has its peers among packages/ as development dependencies too: the build takes its order from them", () => {
    const rooms = internal(json.peerDependencies).filter(([name]) => !name.startsWith("@kdf/plugin-"));
    if (json.scripts !== undefined) expect(json.devDependencies).toMatchObject(Object.fromEntries(rooms));
  });

  it("has as peers the plugins that provide what it requires", () => {
    const peers = Object.keys(json.peerDependencies ?? {});
    const provided = packages
      .filter((other) => peers.includes(other.json.name))
      .flatMap((other) => manifestSchema.parse(other.json.kdf ?? { manifest: 1, id: "room" }).provides);
    expect(manifestSchema.parse(json.kdf).requires.filter((wanted) => !provided.includes(wanted))).toEqual([]);
  });
});

describe("the repository", () => {
  it("names its own packages by a caret range that their version satisfies", () => {
    expect(wrongRanges(repository)).toEqual([]);
  });
});
