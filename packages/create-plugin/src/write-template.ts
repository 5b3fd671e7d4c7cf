import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { scaffoldExists, scaffoldUnwritable } from "@kdf/core";

const templates = fileURLToPath(new URL("../templates", import.meta.url));

/** Words of the templates, in files and in their names, and what stands in their place. */
export type Words = Readonly<Record<"package-name" | "plugin-id" | "PluginId" | "kdf-version", string>>;

const fill = (text: string, words: Words): string =>
  text.replace(/package-name|plugin-id(?![a-z])|PluginId|kdf-version/g, (word) => words[word as keyof Words]);

/**
 * Writes the templates named into `directory`, which must not exist; returns the files' paths in it, sorted. They are
 * written beside it first, so that it exists whole or not at all: KDF_SCAFFOLD_EXISTS, KDF_SCAFFOLD_UNWRITABLE.
 */
export function writeTemplate(names: readonly string[], directory: string, words: Words): readonly string[] {
  const files = new Map(names.flatMap((name) => filesOf(join(templates, name)).map((path) => [path, join(templates, name, path)])));
  const beside = join(dirname(directory), `.${basename(directory)}.${process.pid}`);
  let made: string | undefined;
  const written: string[] = [];
  try {
    made = mkdirSync(dirname(directory), { recursive: true });
    mkdirSync(beside);
    made ??= beside;
    for (const [path, source] of files) {
      // npm leaves out files whose names begin with a dot, or reads them itself.
      const to = fill(path.replaceAll(/(^|\/)_/g, "$1."), words);
      mkdirSync(dirname(join(beside, to)), { recursive: true });
      writeFileSync(join(beside, to), fill(readFileSync(source, "utf8"), words));
      written.push(to);
    }
    renameSync(beside, directory);
  } catch (cause) {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
    throw refused(directory, cause as NodeJS.ErrnoException);
  }
  return written.sort();
}

/** Paths of all files below a folder, with slashes. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesOf(join(folder, entry.name)).map((path) => `${entry.name}/${path}`) : [entry.name],
  );
}

const problems: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  ENOENT: "no folder can be made there",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "a part of the path is a file",
  ENAMETOOLONG: "the name is too long",
};

function refused(directory: string, cause: NodeJS.ErrnoException): Error {
  if (cause.syscall === "rename" && (cause.code === "ENOTEMPTY" || cause.code === "EEXIST")) return scaffoldExists({ directory }, { cause });
  return scaffoldUnwritable({ directory, problem: problems[cause.code ?? ""] ?? cause.message }, { cause });
}
