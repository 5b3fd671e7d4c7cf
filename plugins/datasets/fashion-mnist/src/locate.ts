import { fileURLToPath } from "node:url";
import { dataFileMissing, type PluginContext } from "@kdf/core";
import { dataFolders, fetchFile, filesIn, idxFileNames, type IdxFileName, type IdxSums } from "@kdf/data";
import type { Options } from "./options.js";
import { fullSums, packedFiles, subsetSums } from "./published-files.js";

/** Where Debian's package dataset-fashion-mnist puts the files. */
const debianFolder = "/usr/share/datasets/fashion-mnist";
const endings = ["", ".gz"];
const shippedFolder = fileURLToPath(new URL("../files", import.meta.url));

const waysOut =
  "apt install dataset-fashion-mnist, or --data-dir with the folder of the four idx files, or --set fashion-mnist.download=true; " +
  "--set fashion-mnist.subset=true trains on the images that ship";

export interface LocatedFiles {
  readonly part: "subset" | "full";
  readonly paths: Readonly<Record<IdxFileName, string>>;
  readonly sums: IdxSums;
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
    const { found, missing } = await filesIn(shippedFolder, idxFileNames, endings);
    if (missing.length === 0) return { part: "subset", paths: found as Record<IdxFileName, string>, sums: subsetSums };
    const fix = "npm install @kdf/plugin-fashion-mnist again: the package is incomplete";
    throw dataFileMissing({ dataset: "fashion-mnist", file: `${missing[0]}.gz`, looked: [shippedFolder], fix });
  }
  const folders = dataFolders("fashion-mnist", context, options.directory);
  if (options.directory === undefined) folders.splice(-1, 0, systemFolder);

  let fewestMissing: readonly IdxFileName[] = idxFileNames;
  for (const folder of folders) {
    const { found, missing } = await filesIn(folder, idxFileNames, endings);
    if (missing.length === 0) return { part: "full", paths: found as Record<IdxFileName, string>, sums: fullSums };
    if (missing.length < fewestMissing.length) fewestMissing = missing;
  }
  if (!options.download) {
    throw dataFileMissing({ dataset: "fashion-mnist", file: `${fewestMissing[0]}(.gz)`, looked: folders, fix: waysOut });
  }
  return { part: "full", paths: await fetchAll(options, context), sums: fullSums };
}

async function fetchAll({ servers }: Options, context: Pick<PluginContext, "cacheDirectory" | "logger">): Promise<Record<IdxFileName, string>> {
  const fix = "check the connection and try again, or pass --data-dir with the four idx files";
  const paths: Partial<Record<IdxFileName, string>> = {};
  for (const name of idxFileNames) paths[name] = await fetchFile("fashion-mnist", { file: `${name}.gz`, mirrors: servers, ...packedFiles[name] }, context, fix);
  return paths as Record<IdxFileName, string>;
}
