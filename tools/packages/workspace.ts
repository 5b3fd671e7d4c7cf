import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly description?: string;
  readonly type?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly keywords?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly files?: readonly string[];
  readonly sideEffects?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly kdf?: unknown;
}

export interface Package {
  /** From the root, for example `plugins/augmenters/cutmix`. */
  readonly folder: string;
  readonly json: PackageJson;
  /** For a plugin: the kind that its folder says, for example `augmenter`. */
  readonly kind?: string;
}

export const readJson = (file: string): PackageJson => JSON.parse(readFileSync(file, "utf8")) as PackageJson;

function within(folder: string): string[] {
  const absolute = join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute)
    .map((name) => `${folder}/${name}`)
    .filter((path) => existsSync(join(root, path, "package.json")));
}

/** Every package that is published: rooms and plugins. */
export function publishedPackages(): Package[] {
  const rooms = within("packages").map((folder) => ({ folder, json: readJson(join(root, folder, "package.json")) }));
  const plugins = readdirSync(join(root, "plugins"))
    .flatMap((kinds) => within(`plugins/${kinds}`))
    .map((folder) => ({
      folder,
      json: readJson(join(root, folder, "package.json")),
      kind: basename(dirname(folder)).replace(/s$/, ""),
    }));
  return [...rooms, ...plugins];
}
