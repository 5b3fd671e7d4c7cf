import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { headMarkers } from "../docs/plugin-readme.js";
import { packageProblems, ruleNames, wrongRanges, type Repository } from "./package-rules.js";
import { publishedPackages, readJson, root, type Package, type PackageJson } from "./workspace.js";

describe("this repository", () => {
  const repository = { root, json: readJson(join(root, "package.json")), packages: publishedPackages() };

  it.each(repository.packages)("keeps the rules in $folder", (subject) => {
    expect(packageProblems(subject, repository)).toEqual([]);
  });

  it("names its own packages by a caret range that their version satisfies", () => {
    expect(wrongRanges(repository.json, repository.packages)).toEqual([]);
  });
});

const folder = "plugins/augmenters/blur-pick";
const readme = `${headMarkers.open}\n# @kdf/plugin-blur-pick\n\n${headMarkers.close}\n`;
const json: PackageJson = {
  name: "@kdf/plugin-blur-pick",
  version: "1.2.0",
  description: "Blurs",
  license: "Apache-2.0",
  type: "module",
  keywords: ["kdf", "kdf-plugin", "kdf-augmenter"],
  engines: { node: ">=20.19" },
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" }, "./package.json": "./package.json" },
  files: ["dist"],
  scripts: { build: "tsc -p tsconfig.json" },
  kdf: { manifest: 1, id: "blur-pick", provides: ["augmenter:blur-pick"], requires: ["augmenter:blur"] },
  peerDependencies: { "@kdf/core": "^1.0.0", "@kdf/plugin-blur": "^1.0.0" },
  devDependencies: { "@kdf/core": "^1.0.0" },
};
const others: Package[] = [
  { folder: "packages/core", json: { name: "@kdf/core", version: "1.4.0" } },
  { folder: "plugins/augmenters/blur", json: { name: "@kdf/plugin-blur", version: "1.0.0", kdf: { manifest: 1, id: "blur", provides: ["augmenter:blur"] } } },
];

/** A plugin that breaks a rule once: the rule, what package.json says instead, or a file that goes or changes. */
const broken: readonly (readonly [rule: string, change: Partial<Record<keyof PackageJson, unknown>>, file?: string, text?: string])[] = [
  ["can be published", { license: "MIT" }],
  ["can be published", { type: "commonjs" }],
  ["can be published", { engines: { node: ">=18" } }],
  ["can be published", { private: true }],
  ["can be published", { description: " " }],
  ["can be published", { keywords: ["kdf-plugin", "kdf-augmenter"] }],
  ["can be published", { exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } } }],
  ["can be published", { files: undefined }],
  ["carries README and licence", {}, "LICENSE"],
  ["carries README and licence", {}, "LICENSE", "another licence"],
  ["carries README and licence", {}, "README.md"],
  ["has entry, test and tsconfig, unless it has no code", {}, "src/index.ts"],
  ["has entry, test and tsconfig, unless it has no code", {}, "src/deep/blur.test.ts"],
  ["has entry, test and tsconfig, unless it has no code", {}, "tsconfig.json"],
  ["exports what the build makes, types first", { exports: { ".": "./dist/index.js", "./package.json": "./package.json" } }],
  ["exports what the build makes, types first", { exports: { ".": { default: "./dist/index.js", types: "./dist/index.d.ts" }, "./package.json": "./package.json" } }],
  ["exports what the build makes, types first", { exports: { ".": { types: "./src/index.ts", default: "./src/index.ts" }, "./package.json": "./package.json" } }],
  ["exports what the build makes, types first", { files: ["weights"] }],
  ["exports what the build makes, types first", { scripts: {} }],
  ["declares the rooms that it imports", {}, "src/deep/blur.ts", 'import { floats } from "@kdf/tensor";'],
  ["declares the rooms that it imports", {}, "src/index.ts", 'export default await import("@kdf/data");'],
  ["runs no script on install or publish", { scripts: { build: "tsc", prepack: "tsc" } }],
  ["names kdf's packages by a caret range that their version satisfies", { dependencies: { "@kdf/core": "1.4.0" } }],
  ["names kdf's packages by a caret range that their version satisfies", { peerDependencies: { "@kdf/core": "^2.0.0", "@kdf/plugin-blur": "^1.0.0" } }],
  ["is named and found as a plugin", { name: "@kdf/plugin-blurpick" }],
  ["is named and found as a plugin", { keywords: ["kdf", "kdf-augmenter"] }],
  ["is named and found as a plugin", { keywords: ["kdf", "kdf-plugin", "kdf-metric"] }],
  ["says in its manifest what its folder says", { kdf: undefined }],
  ["says in its manifest what its folder says", { kdf: { manifest: 1, id: "blur", provides: ["augmenter:blur-pick"] } }],
  ["says in its manifest what its folder says", { kdf: { manifest: 1, id: "blur-pick", provides: ["metric:blur-pick"] } }],
  ["has kdf's packages as peers, and those of packages/ as development dependencies too", { peerDependencies: { "@kdf/plugin-blur": "^1.0.0" } }],
  ["has kdf's packages as peers, and those of packages/ as development dependencies too", { dependencies: { "@kdf/core": "^1.0.0" } }],
  ["has kdf's packages as peers, and those of packages/ as development dependencies too", { devDependencies: {} }],
  ["has as peers the plugins that provide what it requires", { peerDependencies: { "@kdf/core": "^1.0.0" } }],
  ["has a generated head in its README", {}, "README.md", "# @kdf/plugin-blur-pick\n"],
];

describe("the rules", () => {
  let directory: string;
  let repository: Repository;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "kdf-package-rules-"));
    repository = {
      root: directory,
      json: { name: "root", version: "0.0.0", license: "Apache-2.0", engines: { node: ">=20.19" }, dependencies: { "@kdf/plugin-blur-pick": "^1.0.0" } },
      packages: [...others, { folder, json, kind: "augmenter" }],
    };
  });
  beforeEach(() => {
    rmSync(join(directory, "plugins"), { recursive: true, force: true });
    cpSync(join(root, "LICENSE"), join(directory, "LICENSE"));
    for (const file of ["src/index.ts", "src/deep/blur.test.ts", "tsconfig.json"]) write(file, "");
    write("README.md", readme);
    cpSync(join(root, "LICENSE"), join(directory, folder, "LICENSE"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    const path = join(directory, folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  it("take a plugin that keeps them", () => {
    expect(packageProblems({ folder, json, kind: "augmenter" }, repository)).toEqual([]);
  });

  const cases = broken.map(([rule, change, file, text]) => ({ rule, change, file, text }));
  it.each(cases)("$rule: not $change $file", ({ rule, change, file, text }) => {
    if (file !== undefined && text === undefined) rmSync(join(directory, folder, file));
    if (file !== undefined && text !== undefined) write(file, text);
    const problems = packageProblems({ folder, json: { ...json, ...change } as PackageJson, kind: "augmenter" }, repository);
    expect(problems.filter((problem) => problem.startsWith(`${rule}: `))).not.toEqual([]);
  });

  it("demand that the repository declares the plugin", () => {
    const undeclared = { ...repository, json: { ...repository.json, dependencies: {} } };
    expect(packageProblems({ folder, json, kind: "augmenter" }, undeclared).join()).toContain("does not declare it");
  });

  it("have a case each", () => {
    expect([...new Set(broken.map(([rule]) => rule))].sort()).toEqual([...ruleNames].sort());
  });
});
