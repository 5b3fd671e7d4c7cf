import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { manifestSchema } from "@kdf/core";
import { satisfies } from "semver";
import { headMarkers } from "../docs/plugin-readme.js";
import type { Package, PackageJson } from "./workspace.js";

/** The repository as the rules see it. */
export interface Repository {
  readonly root: string;
  readonly json: PackageJson;
  /** Every package that is published. */
  readonly packages: readonly Package[];
}

/** Returns what is wrong, a sentence each. */
type Rule = (subject: Package, repository: Repository) => readonly string[];

/** What must hold of every package that is published. */
const ofPackages: Readonly<Record<string, Rule>> = {
  "can be published": ({ json }, { json: shared }) => [
    ...(json.license === shared.license ? [] : [`license is ${json.license ?? "missing"}, not ${shared.license ?? "missing"}`]),
    ...(json.type === "module" ? [] : ['"type": "module" is missing']),
    ...(json.engines?.["node"] === shared.engines?.["node"] ? [] : [`engines.node is not ${shared.engines?.["node"] ?? "missing"}, as the root's`]),
    ...(json.private === undefined ? [] : ['"private" is set']),
    ...(/\S/.test(json.description ?? "") ? [] : ["description is missing"]),
    ...(json.keywords?.includes("kdf") === true ? [] : ["keywords lack kdf"]),
    ...(json.exports?.["./package.json"] === "./package.json" ? [] : ['exports lack "./package.json"']),
    ...(json.files === undefined ? ["files is missing: the sources would be packed"] : []),
  ],
  "carries README and licence": ({ folder }, { root }) => {
    const [licence, original] = [join(root, folder, "LICENSE"), join(root, "LICENSE")];
    return [
      ...(existsSync(join(root, folder, "README.md")) ? [] : ["README.md is missing"]),
      ...(existsSync(licence) && readFileSync(licence).equals(readFileSync(original)) ? [] : ["LICENSE is not the root's: npm run docs"]),
    ];
  },
  "has entry, test and tsconfig, unless it has no code": ({ folder, json }, { root }) => {
    if (!hasCode(json)) return [];
    const source = join(root, folder, "src");
    const files = existsSync(source) ? (readdirSync(source, { recursive: true }) as string[]) : [];
    return [
      ...(files.includes("index.ts") ? [] : ["src/index.ts is missing"]),
      ...(files.some((file) => file.endsWith(".test.ts")) ? [] : ["there is no test in src"]),
      ...(existsSync(join(root, folder, "tsconfig.json")) ? [] : ["tsconfig.json is missing"]),
    ];
  },
  "exports what the build makes, types first": ({ json }) =>
    Object.entries(json.exports ?? {})
      .filter(([name]) => name !== "./package.json")
      .flatMap(([name, entry]) => {
        const { types, default: code, ...others } = typeof entry === "string" ? { default: entry } : entry;
        const built = code !== undefined && /^\.\/dist\/.*\.js$/.test(code) && types === code.replace(/\.js$/, ".d.ts");
        const ordered = typeof entry !== "string" && Object.keys(entry)[0] === "types" && Object.keys(others).length === 0;
        return [
          ...(built && ordered ? [] : [`exports["${name}"] is not {"types": "./dist/….d.ts", "default": "./dist/….js"}`]),
          ...(json.files?.includes("dist") === true ? [] : ["files lacks dist"]),
          ...(json.scripts?.["build"] === undefined ? ["there is no build script"] : []),
        ];
      }),
  // Otherwise it may be built before what it imports.
  "declares the rooms that it imports": ({ folder, json }, { root }) => {
    const source = join(root, folder, "src");
    const files = existsSync(source) ? (readdirSync(source, { recursive: true }) as string[]) : [];
    const texts = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts")).map((file) => readFileSync(join(source, file), "utf8"));
    const imported = texts.flatMap((text) => [...text.matchAll(/(?:from|import\() ?"(@kdf\/[a-z0-9-]+)/g)].map(([, name]) => name!));
    const declared = { ...json.dependencies, ...json.optionalDependencies, ...json.peerDependencies };
    return [...new Set(imported)].filter((name) => name !== json.name && declared[name] === undefined).map((name) => `${name} is imported and not declared`);
  },
  "runs no script on install or publish": ({ json }) =>
    Object.keys(json.scripts ?? {})
      .filter((name) => /^(pre|post)|^(install|prepare|publish)$/.test(name))
      .map((name) => `the script ${name} runs by itself`),
  "names kdf's packages by a caret range that their version satisfies": ({ json }, { packages }) => wrongRanges(json, packages),
};

/** What must hold of plugins beside. */
const ofPlugins: Readonly<Record<string, Rule>> = {
  "is named and found as a plugin": ({ folder, json, kind }, { json: shared }) => [
    ...(json.name === `@kdf/plugin-${basename(folder)}` ? [] : [`its name is not @kdf/plugin-${basename(folder)}`]),
    ...["kdf-plugin", `kdf-${kind}`].filter((word) => json.keywords?.includes(word) !== true).map((word) => `keywords lack ${word}`),
    ...(shared.dependencies?.[json.name] === undefined ? ["the root's package.json does not declare it, so that kdf may not load it here"] : []),
  ],
  "says in its manifest what its folder says": ({ folder, json, kind }) => {
    const manifest = manifestSchema.safeParse(json.kdf);
    if (!manifest.success) return [`its manifest is wrong: ${manifest.error.issues.map(({ message }) => message).join("; ")}`];
    const { id, provides, preset, recipes } = manifest.data;
    const fits = kind === "preset" ? preset !== undefined || recipes !== undefined : provides.some((contribution) => contribution.startsWith(`${kind}:`));
    return [
      ...(id === basename(folder) ? [] : [`its id is ${id}, not ${basename(folder)}`]),
      ...(fits ? [] : [`its manifest provides no ${kind}`]),
    ];
  },
  "has kdf's packages as peers, and those of packages/ as development dependencies too": ({ json }) => {
    const rooms = internal(json.peerDependencies).filter(([name]) => !name.startsWith("@kdf/plugin-"));
    const copies = [...internal(json.dependencies), ...internal(json.optionalDependencies)];
    return [
      ...(json.peerDependencies?.["@kdf/core"] === undefined ? ["@kdf/core is no peer"] : []),
      ...copies.map(([name]) => `${name} is a dependency: as a peer there is one copy`),
      // The build takes its order from development dependencies.
      ...rooms.filter(([name, range]) => hasCode(json) && json.devDependencies?.[name] !== range).map(([name]) => `devDependencies lack ${name} as the peers have it`),
    ];
  },
  "has as peers the plugins that provide what it requires": ({ json }, { packages }) => {
    const peers = packages.filter((other) => json.peerDependencies?.[other.json.name] !== undefined);
    const provided = peers.flatMap((other) => manifestSchema.safeParse(other.json.kdf).data?.provides ?? []);
    const requires = manifestSchema.safeParse(json.kdf).data?.requires ?? [];
    return requires.filter((wanted) => !provided.includes(wanted)).map((wanted) => `no peer provides ${wanted}, which it requires`);
  },
  "has a generated head in its README": ({ folder, json }, { root }) => {
    const file = join(root, folder, "README.md");
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return text.startsWith(`${headMarkers.open}\n# ${json.name}\n`) && text.includes(headMarkers.close) ? [] : ["README.md lacks its head: npm run docs"];
  },
};

/** The names of all rules. */
export const ruleNames: readonly string[] = [...Object.keys(ofPackages), ...Object.keys(ofPlugins)];

/** What is wrong with a package: "rule: what". */
export function packageProblems(subject: Package, repository: Repository): string[] {
  const rules = { ...ofPackages, ...(subject.kind === undefined ? {} : ofPlugins) };
  return Object.entries(rules).flatMap(([name, rule]) => rule(subject, repository).map((problem) => `${name}: ${problem}`));
}

/** Ranges of the repository's own packages that are no caret ranges, or that the package's version does not satisfy. */
export function wrongRanges(json: PackageJson, packages: readonly Package[]): string[] {
  const versions = new Map(packages.map((other) => [other.json.name, other.json.version]));
  return [json.dependencies, json.optionalDependencies, json.peerDependencies, json.devDependencies]
    .flatMap((ranges) => internal(ranges))
    .filter(([name, range]) => !range.startsWith("^") || !satisfies(versions.get(name) ?? "", range))
    .map(([name, range]) => `${name} is wanted as ${range}, but is ${versions.get(name) ?? "not in this repository"}`);
}

const hasCode = (json: PackageJson): boolean => json.exports?.["."] !== undefined;

const internal = (ranges: Readonly<Record<string, string>> | undefined): [string, string][] =>
  Object.entries(ranges ?? {}).filter(([name]) => name.startsWith("@kdf/"));
