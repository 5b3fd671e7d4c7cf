import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { PluginContext } from "@kdf/core";

/**
 * Where a data set's files are looked for, in this order: the user's folder (`--data-dir`), its folder of the data set's
 * name, the cache. `directory`, which an option names, stands alone.
 */
export function dataFolders(id: string, { dataDirectory, cacheDirectory }: Pick<PluginContext, "dataDirectory" | "cacheDirectory">, directory?: string): string[] {
  if (directory !== undefined) return [directory];
  return [...(dataDirectory === undefined ? [] : [dataDirectory, join(dataDirectory, id)]), join(cacheDirectory, id)];
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

export interface FoundFiles<Name extends string> {
  readonly found: Readonly<Partial<Record<Name, string>>>;
  readonly missing: readonly Name[];
}

/** The path of each file that the folder holds, as it is or with one of the endings. */
export async function filesIn<Name extends string>(folder: string, names: readonly Name[], endings: readonly string[] = [""]): Promise<FoundFiles<Name>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (found[name] === undefined && (await isFile(path))) found[name] = path;
    }
  }
  return { found, missing: names.filter((name) => found[name] === undefined) };
}
