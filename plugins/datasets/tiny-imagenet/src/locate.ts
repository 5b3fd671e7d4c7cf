import { join } from "node:path";
import { dataChecksumWrong, dataFileMissing, type PluginContext } from "@kdf/core";
import { dataFolders, fetchFile, hashFile, isFile } from "@kdf/data";
import { folderTree, zipTree, type FileTree } from "@kdf/images";
import type { Options } from "./options.js";

const archive = "tiny-imagenet-200.zip";
const folder = "tiny-imagenet-200";
/** On which more than nine independent loaders agree; the authors publish none. */
const md5 = "90528d7ca1a48142e341f4ef8d21d0de";
const size = 248_100_043;
/** What the archive may hold; it has 240 MB unpacked. */
const largest = 600e6;

export interface LocatedTree {
  readonly tree: FileTree;
  /** For the run's record. */
  readonly sums: Readonly<Record<string, string>>;
}

/**
 * Finds the unpacked folder or the archive, which is read where it lies: nothing is unpacked to disk. At last it is fetched,
 * where that is allowed.
 * @throws KDF_DATA_FILE_MISSING, KDF_DATA_CHECKSUM_WRONG, KDF_ARCHIVE_UNSAFE, KDF_DATA_FILE_INVALID, and what `download` throws
 */
export async function locate(options: Options, context: PluginContext): Promise<LocatedTree> {
  const places = dataFolders("tiny-imagenet", context, options.directory);
  for (const place of places) {
    for (const root of [join(place, folder), place]) if (await isFile(join(root, "wnids.txt"))) return { tree: await unpackedTree(root), sums: {} };
    if (await isFile(join(place, archive))) return fromArchive(join(place, archive), options.verify);
  }
  const byHand = `put ${archive}, or the folder that it unpacks to, into a folder and name that with --data-dir`;
  if (!options.download) {
    throw dataFileMissing({ dataset: "tiny-imagenet", file: `${archive} or ${folder}/`, looked: places, fix: `${byHand}; or --set tiny-imagenet.download=true` });
  }
  return fromArchive(await fetchFile("tiny-imagenet", { file: archive, mirrors: options.mirrors, md5, size }, context, `check the connection, or ${byHand}`), options.verify);
}

/** The two lists lie beside the folders. */
async function unpackedTree(root: string): Promise<FileTree> {
  return folderTree(root, ["train", "val"]);
}

async function fromArchive(file: string, verify: boolean): Promise<LocatedTree> {
  const got = verify ? await hashFile(file, "md5") : md5;
  if (got !== md5) {
    throw dataChecksumWrong({ file, algorithm: "md5", got, expected: md5, fix: "fetch it again: it is damaged or another file; --set tiny-imagenet.verify=false takes your own in this form" });
  }
  return { tree: await zipTree(file, { prefix: `${folder}/`, largest }), sums: { [`sha256 ${archive}`]: await hashFile(file, "sha256") } };
}
