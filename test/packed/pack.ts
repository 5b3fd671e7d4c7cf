import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

interface Entry {
  readonly types?: string;
  readonly default?: string;
}

export interface Package {
  readonly folder: string;
  readonly json: {
    readonly name: string;
    readonly version: string;
    readonly bin?: Readonly<Record<string, string>>;
    readonly exports?: Readonly<Record<string, string | Entry>>;
    readonly files?: readonly string[];
    readonly peerDependencies?: Readonly<Record<string, string>>;
  };
}

export interface Tarball {
  readonly name: string;
  readonly file: string;
  /** Paths inside the tarball. */
  readonly files: readonly string[];
  /** Bytes packed. */
  readonly size: number;
}

/** Every package that is published. */
export function published(): Package[] {
  const within = (folder: string): string[] => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  return [...within("packages"), ...within("plugins").flatMap(within)]
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .map((folder) => ({
      folder,
      json: JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Package["json"],
    }));
}

/** What `npm test` sets for its own scripts would make another npm believe it works in this repository. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** Runs a program; throws with all that it printed when it fails. */
export function run(
  program: string,
  parameters: readonly string[],
  directory: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((done, fail) => {
    execFile(program, parameters, { cwd: directory, env: { ...environment, ...variables }, maxBuffer: 1 << 26 }, (error, output, problems) => {
      if (error === null) done(output);
      else fail(new Error(`${program} ${parameters.join(" ")} failed:\n${output}\n${problems}`, { cause: error }));
    });
  });
}

/** What `npm publish` would upload, written into `directory`. */
export async function pack(packages: readonly Package[], directory: string): Promise<Tarball[]> {
  const folders = packages.map(({ folder }) => `./${folder}`);
  const output = await run("npm", ["pack", ...folders, "--json", "--pack-destination", directory], root);
  const packed = JSON.parse(output) as { name: string; filename: string; size: number; files: { path: string }[] }[];
  return packed.map(({ name, filename, size, files }) => ({
    name,
    size,
    file: join(directory, filename),
    files: files.map(({ path }) => path),
  }));
}
