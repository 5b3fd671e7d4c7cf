import { randomUUID } from "node:crypto";
import { accessSync, constants, existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { outputUnusable } from "@kdf/core";

/**
 * Where a command may write: the file asked for, or the first free `<stem>-N<ending>` in `directory`. KDF_OUTPUT_UNUSABLE
 * where that cannot be, before any work is done.
 */
export function outputFile(
  asked: string | undefined,
  { directory, stem, endings }: { readonly directory: string; readonly stem: string; readonly endings: readonly [string, ...string[]] },
): string {
  return namedFile(asked ?? firstFree(directory, stem, endings[0]), { directory, endings });
}

/** The file that a command was asked to write, or with `--force` to replace. KDF_OUTPUT_UNUSABLE where that cannot be. */
export function namedFile(
  asked: string,
  { directory, endings, force }: { readonly directory: string; readonly endings: readonly string[]; readonly force?: boolean },
): string {
  const file = resolve(directory, asked);
  const refuse = (problem: string): Error => outputUnusable({ file: asked, problem, endings });
  if (!endings.includes(extname(file).toLowerCase())) throw refuse("its ending names no format");
  if (existsSync(file) && force !== true) throw outputUnusable({ file: asked, problem: "it exists", endings, ...(force === false && { fix: "choose another --out, or replace it with --force" }) });
  if (existsSync(file) && !statSync(file).isFile()) throw refuse("it is no file");
  const folder = dirname(file);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw refuse(`there is no folder ${folder}`);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw outputUnusable({ file: asked, problem: `${folder} does not allow it`, endings }, { cause: error });
  }
  return file;
}

/** Writes a file that is not there yet. */
export const writeNew = (file: string, content: string | Uint8Array): void => writeWhole(file, content, { replace: false });

/** Writes a file that is complete or absent, whenever the process ends. What stands there is replaced only where asked. */
export function writeWhole(file: string, content: string | Uint8Array, { replace }: { readonly replace: boolean }): void {
  const made = `${file}.${randomUUID()}`;
  try {
    writeFileSync(made, content, { flag: "wx" });
    if (!replace && existsSync(file)) throw new Error("it exists");
    renameSync(made, file);
  } catch (error) {
    throw outputUnusable({ file, problem: (error as Error).message, endings: [extname(file)] }, { cause: error });
  } finally {
    rmSync(made, { force: true });
  }
}

function firstFree(directory: string, stem: string, ending: string): string {
  for (let number = 1; ; number += 1) {
    const file = join(directory, `${stem}-${number}${ending}`);
    if (!existsSync(file)) return file;
  }
}
