import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from "node:fs";
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
  const file = asked === undefined ? firstFree(directory, stem, endings[0]) : resolve(directory, asked);
  const refuse = (problem: string): Error => outputUnusable({ file: asked ?? file, problem, endings });
  if (!endings.includes(extname(file).toLowerCase())) throw refuse("its ending names no format");
  if (existsSync(file)) throw refuse("it exists");
  const folder = dirname(file);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw refuse(`there is no folder ${folder}`);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw outputUnusable({ file: asked ?? file, problem: `${folder} does not allow it`, endings }, { cause: error });
  }
  return file;
}

/** Writes a file that is not there yet; one that cannot be written whole is removed. */
export function writeNew(file: string, content: string | Uint8Array): void {
  try {
    writeFileSync(file, content, { flag: "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") rmSync(file, { force: true });
    throw outputUnusable({ file, problem: code === "EEXIST" ? "it exists" : message, endings: [extname(file)] }, { cause: error });
  }
}

function firstFree(directory: string, stem: string, ending: string): string {
  for (let number = 1; ; number += 1) {
    const file = join(directory, `${stem}-${number}${ending}`);
    if (!existsSync(file)) return file;
  }
}
