import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { configurationUnreadable, directoryUnwritable, fileExists, type KdfError } from "@kdf/core";

export const configurationFileName = "kdf.config.yaml";

type Json = Record<string, unknown>;

/** What a package.json needs for kdf. */
export interface Needs {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly script: string;
}

export interface Plan {
  readonly directory: string;
  readonly configuration: string;
  readonly packageJson: string;
  /** Whether a package.json was there. */
  readonly extended: boolean;
  /** Packages that are added to the dependencies. */
  readonly added: readonly string[];
  /** Whether `npm run train` trains with the configuration: not where the project has a script of that name. */
  readonly script: boolean;
}

/** What would be written, or KDF_FILE_EXISTS, KDF_DIRECTORY_UNWRITABLE, KDF_CONFIGURATION_UNREADABLE. Writes nothing. */
export function planProject(directory: string, configuration: string, needs: Needs): Plan {
  if (existsSync(directory) && !statSync(directory).isDirectory()) throw unwritable(directory, "it is a file");
  if (existsSync(join(directory, configurationFileName))) throw fileExists({ file: join(directory, configurationFileName) });
  const file = join(directory, "package.json");
  const text = existsSync(file) ? read(file) : undefined;
  const old = text === undefined ? undefined : parse(file, text);
  const has = (name: string): boolean =>
    ["dependencies", "devDependencies", "optionalDependencies"].some((part) => Object.hasOwn((old?.[part] as Json | undefined) ?? {}, name));
  const added = Object.keys(needs.dependencies).filter((name) => !has(name));
  const scripts = (old?.["scripts"] as Json | undefined) ?? {};
  const script = scripts["train"] === undefined || scripts["train"] === needs.script;
  const dependencies = { ...(old?.["dependencies"] as Json | undefined), ...Object.fromEntries(added.map((name) => [name, needs.dependencies[name]])) };
  const json = {
    ...(old ?? { name: packageName(directory), private: true, type: "module" }),
    scripts: script ? { ...scripts, train: needs.script } : scripts,
    dependencies: Object.fromEntries(Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  // The indentation that the file has.
  const indent = text === undefined ? "  " : (/^[{[]\s*\n([ \t]+)/.exec(text)?.[1] ?? "  ");
  return { directory, configuration, packageJson: `${JSON.stringify(json, null, indent)}\n`, extended: old !== undefined, added, script };
}

const unwritable = (directory: string, problem: string, cause?: unknown): KdfError =>
  directoryUnwritable({ directory, problem, fix: "name another folder, or correct the permissions" }, { cause });

const unreadable = (file: string, problem: string): KdfError =>
  configurationUnreadable({ file, problem, expected: "a package.json as npm reads it", fix: "correct it, or name another folder" });

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw unreadable(file, (error as Error).message);
  }
}

function parse(file: string, text: string): Json {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw unreadable(file, (error as Error).message);
  }
  const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
  const parts = ["scripts", "dependencies", "devDependencies", "optionalDependencies"];
  if (!isObject(json)) throw unreadable(file, "it holds no object");
  const odd = parts.find((part) => (json as Json)[part] !== undefined && !isObject((json as Json)[part]));
  if (odd !== undefined) throw unreadable(file, `its ${odd} are no object`);
  return json as Json;
}

/** A name that npm takes, made of the folder's. */
export function packageName(directory: string): string {
  const name = basename(directory).toLowerCase().replace(/[^a-z0-9._-]+/g, "-").replace(/^[-._]+|[-._]+$/g, "");
  return name === "" || name === "node_modules" ? "kdf-project" : name;
}

/**
 * Writes both files, or neither. Each is complete before it gets its name; the configuration's name is taken only if it
 * is free, package.json's is exchanged.
 */
export function writeProject({ directory, configuration, packageJson }: Plan): void {
  const made = missingFolders(directory);
  const [target, file] = [join(directory, configurationFileName), join(directory, "package.json")];
  const [drafted, draft] = [`${target}.${process.pid}.tmp`, `${file}.${process.pid}.tmp`];
  let linked = false;
  try {
    // One by one: Node's recursive mkdir never returns where a folder that exists takes no new one, as in /proc.
    for (const folder of made.toReversed()) makeFolder(folder);
    writeFileSync(drafted, configuration, { flag: "wx" });
    writeFileSync(draft, packageJson, { flag: "wx" });
    linkSync(drafted, target);
    linked = true;
    renameSync(draft, file);
    rmSync(drafted);
  } catch (cause) {
    for (const left of [drafted, draft, ...(linked ? [target] : [])]) quietly(() => rmSync(left, { force: true }));
    for (const folder of made) quietly(() => rmdirSync(folder));
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST" && existsSync(target)) throw fileExists({ file: target }, { cause });
    throw unwritable(directory, message, cause);
  }
}

/** The folders that have to be made for `directory`, the innermost first. */
function missingFolders(directory: string): string[] {
  return existsSync(directory) ? [] : [directory, ...missingFolders(dirname(directory))];
}

/** Another process may have made it since. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** For what is tidied up after an error: it may never have been made, or be in use, and the error is what counts. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // See above.
  }
}
