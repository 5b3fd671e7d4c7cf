import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** What the host reads of a package.json. */
export interface PackageJson {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly description?: unknown;
  readonly exports?: unknown;
  readonly main?: unknown;
  readonly files?: unknown;
  readonly kdf?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export interface PackageFolder {
  /** Real path: links of workspaces are followed, as Node does. */
  readonly directory: string;
  /** Empty where `damage` is said. */
  readonly json: PackageJson;
  /** Why package.json cannot be read. */
  readonly damage?: string;
}

/** The package in `directory`; undefined where there is no package.json. */
export function readPackage(directory: string): PackageFolder | undefined {
  let text: string;
  try {
    text = readFileSync(join(directory, "package.json"), "utf8");
  } catch {
    return undefined;
  }
  const real = realpathSync(directory);
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === "object" && json !== null) return { directory: real, json };
    return { directory: real, json: {}, damage: "package.json holds no object" };
  } catch (error) {
    return { directory: real, json: {}, damage: `package.json is not JSON: ${(error as Error).message}` };
  }
}

/** The package that `import` would find from `directory`: in the nearest `node_modules` upwards that holds it. */
export function findPackage(name: string, directory: string): PackageFolder | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const found = readPackage(join(at, "node_modules", name));
    if (found !== undefined || dirname(at) === at) return found;
  }
}
