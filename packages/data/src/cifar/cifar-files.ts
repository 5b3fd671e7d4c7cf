import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dataChecksumWrong, dataFileInvalid, dataFileMissing, type PluginContext } from "@kdf/core";
import { readTar } from "@kdf/formats";
import { findMismatch, hashFile, sha256 } from "../checksum.js";
import { dataFolders, filesIn, isFile } from "../files/data-folders.js";
import { fetchFile } from "../files/fetch-file.js";
import type { CifarOptions } from "./cifar-options.js";
import type { CifarKind, CifarVersion } from "./cifar-version.js";

export interface CifarFiles {
  readonly form: "binary" | "python";
  /** The folder or the archive. */
  readonly source: string;
  /** By name: where it lies, for messages, and its bytes. */
  readonly contents: ReadonlyMap<string, { readonly file: string; readonly bytes: Uint8Array }>;
  /** sha256 of what was read, by name. */
  readonly sums: Readonly<Record<string, string>>;
}

/** What an archive may hold: the data sets have 185 MB. */
const largest = 400e6;
const forms = ["binary", "python"] as const;

/**
 * Finds the files, in an unpacked folder first, then in an archive, binary before python, in each place before the next;
 * at last by download, where that is allowed. Archives are read in memory: nothing is unpacked to disk.
 * @throws KDF_DATA_FILE_MISSING, KDF_DATA_CHECKSUM_WRONG, KDF_ARCHIVE_UNSAFE, KDF_DATA_FILE_INVALID, and what `download` throws
 */
export async function findCifar(kind: CifarKind, options: CifarOptions, context: Pick<PluginContext, "dataDirectory" | "cacheDirectory" | "logger">): Promise<CifarFiles> {
  const places = dataFolders(kind.id, context, options.directory);
  for (const place of places) {
    for (const form of forms) {
      for (const folder of [join(place, kind[form].folder), place]) {
        const { found, missing } = await filesIn(folder, namesOf(kind[form]));
        // CIFAR-100's python files have the names train and test, which a folder may have for other reasons.
        if (missing.length === 0) return fromFolder(kind[form], form, folder, found as Record<string, string>, options.verify);
      }
    }
    for (const form of forms) {
      const archive = join(place, kind[form].archive);
      if (await isFile(archive)) return fromArchive(kind, form, archive, options.verify);
    }
  }
  const wanted = kind[options.version];
  const byHand = `put ${kind.binary.archive} or ${kind.python.archive}, or the folder that it unpacks to, into a folder and name that with --data-dir`;
  if (!options.download) {
    const fix = `${byHand}; or --set ${kind.id}.download=true`;
    throw dataFileMissing({ dataset: kind.id, file: `${kind.binary.folder}, ${kind.python.folder} or one of their archives`, looked: places, fix });
  }
  const { archive: file, md5, size } = wanted;
  const archive = await fetchFile(kind.id, { file, md5, mirrors: options.mirrors, ...(size === undefined ? {} : { size }) }, context, `check the connection, or ${byHand}`);
  return fromArchive(kind, options.version, archive, options.verify);
}

const namesOf = ({ files }: CifarVersion): string[] => [...files.training, ...files.test];

async function fromFolder(version: CifarVersion, form: CifarFiles["form"], folder: string, found: Readonly<Record<string, string>>, verify: boolean): Promise<CifarFiles> {
  const contents = new Map<string, { file: string; bytes: Uint8Array }>();
  for (const [name, file] of Object.entries(found)) {
    const md5 = version.fileSums[name];
    if (verify && md5 !== undefined) await demand(file, md5);
    contents.set(name, { file, bytes: await readFile(file) });
  }
  return { form, source: folder, contents, sums: Object.fromEntries(Array.from(contents, ([name, { bytes }]) => [name, sha256(bytes)])) };
}

async function fromArchive(kind: CifarKind, form: CifarFiles["form"], archive: string, verify: boolean): Promise<CifarFiles> {
  const version = kind[form];
  if (verify) await demand(archive, version.md5);
  const names = namesOf(version);
  const members = await readTar(archive, { wants: (path) => names.some((name) => path === `${version.folder}/${name}`), largest });
  const contents = new Map(Array.from(members, ([path, bytes]) => [path.slice(version.folder.length + 1), { file: `${archive}: ${path}`, bytes }]));
  const missing = names.find((name) => !contents.has(name));
  if (missing !== undefined) {
    throw dataFileInvalid({ file: archive, problem: `it holds no ${version.folder}/${missing}`, expected: `the archive of ${kind.name}, ${form} version` });
  }
  return { form, source: archive, contents, sums: { [version.archive]: await hashFile(archive, "sha256") } };
}

async function demand(file: string, md5: string): Promise<void> {
  const mismatch = await findMismatch(file, { md5 });
  if (mismatch === undefined) return;
  const fix = "fetch it again: it is damaged or another file; with verify=false, files of your own in this format are taken";
  throw dataChecksumWrong({ file, ...mismatch, fix });
}
