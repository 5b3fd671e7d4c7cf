import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataFileMissing, type PluginContext } from "@kdf/core";
import { download } from "@kdf/data";
import type { Options } from "./options.js";
import { fileNames, fullSums, packedFiles, subsetSums, type ContentSums, type FileName } from "./published-files.js";

/** Where Debian's package dataset-fashion-mnist puts the files. */
const debianFolder = "/usr/share/datasets/fashion-mnist";
const shippedFolder = fileURLToPath(new URL("../files", import.meta.url));

const waysOut =
  "apt install dataset-fashion-mnist, or --data-dir with the folder of the four idx files, or --set fashion-mnist.download=true; " +
  "--set fashion-mnist.subset=true trains on the images that ship";

export interface LocatedFiles {
  readonly part: "subset" | "full";
  readonly paths: Readonly<Record<FileName, string>>;
  readonly sums: ContentSums;
}

/** Naming a folder, or asking for the download, means the full set, unless `subset` says otherwise. */
export function wantsSubset(options: Options, context: Pick<PluginContext, "dataDirectory">): boolean {
  const fullWanted = options.directory !== undefined || context.dataDirectory !== undefined || options.download;
  return options.subset ?? !fullWanted;
}

/**
 * Finds the four files: in this package for the subset; for the full set in `directory` alone where that is given,
 * else in the data directory, in its folder fashion-mnist, where Debian's package puts them, and in the cache; at last
 * by download, where that is allowed.
 * @throws KDF_DATA_FILE_MISSING with the ways out, and what `download` throws
 */
export async function locate(
  options: Options,
  context: Pick<PluginContext, "dataDirectory" | "cacheDirectory" | "logger">,
  systemFolder = debianFolder,
): Promise<LocatedFiles> {
  if (wantsSubset(options, context)) {
    const { found, missing } = await filesIn(shippedFolder);
    if (missing.length === 0) return { part: "subset", paths: found as Record<FileName, string>, sums: subsetSums };
    const fix = "npm install @kdf/plugin-fashion-mnist again: the package is incomplete";
    throw dataFileMissing({ dataset: "fashion-mnist", file: `${missing[0]}.gz`, looked: [shippedFolder], fix });
  }
  const cache = join(context.cacheDirectory, "fashion-mnist");
  const { dataDirectory } = context;
  const ofUser = dataDirectory === undefined ? [] : [dataDirectory, join(dataDirectory, "fashion-mnist")];
  const folders = options.directory === undefined ? [...ofUser, systemFolder, cache] : [options.directory];

  let fewestMissing: readonly FileName[] = fileNames;
  for (const folder of folders) {
    const { found, missing } = await filesIn(folder);
    if (missing.length === 0) return { part: "full", paths: found as Record<FileName, string>, sums: fullSums };
    if (missing.length < fewestMissing.length) fewestMissing = missing;
  }
  if (!options.download) {
    throw dataFileMissing({ dataset: "fashion-mnist", file: `${fewestMissing[0]}(.gz)`, looked: folders, fix: waysOut });
  }
  return { part: "full", paths: await fetchAll(options, cache, context.logger), sums: fullSums };
}

/** The path of each file that the folder holds, unpacked or with .gz. */
async function filesIn(folder: string): Promise<{ found: Partial<Record<FileName, string>>; missing: FileName[] }> {
  const found: Partial<Record<FileName, string>> = {};
  for (const name of fileNames) {
    for (const path of [join(folder, name), join(folder, `${name}.gz`)]) {
      if (found[name] === undefined && (await isFile(path))) found[name] = path;
    }
  }
  return { found, missing: fileNames.filter((name) => found[name] === undefined) };
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function fetchAll(
  { servers }: Options,
  cacheDirectory: string,
  logger: PluginContext["logger"],
): Promise<Record<FileName, string>> {
  const paths: Partial<Record<FileName, string>> = {};
  for (const name of fileNames) {
    const { size } = packedFiles[name];
    let reported = 0;
    paths[name] = await download({
      urls: servers.map((server) => new URL(`${name}.gz`, server.endsWith("/") ? server : `${server}/`).href),
      file: `${name}.gz`,
      ...packedFiles[name],
      cacheDirectory,
      onProgress: ({ bytes }) => {
        const quarters = Math.floor((4 * bytes) / size);
        if (quarters === reported) return;
        reported = quarters;
        logger.info(`fashion-mnist: ${name}.gz, ${quarters * 25} % of ${Math.ceil(size / 1000)} kB`);
      },
      fix: "check the connection and try again, or pass --data-dir with the four idx files",
    });
  }
  return paths as Record<FileName, string>;
}
