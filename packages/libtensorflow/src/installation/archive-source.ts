import { existsSync } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { installationRefused, type InstallationProgress } from "@kdf/core";
import { download } from "@kdf/data";
import { extract } from "tar";
import type { Platform } from "../wheel/platform.js";
import { findLibraries, type FolderWords } from "./library-folder.js";
import type { LibrarySource } from "./library-source.js";

/** Of libtensorflow-gpu 2.18: as fetched, and unpacked. */
const [packed, unpacked] = [0.5e9, 1.5e9];
/** An archive does not state what is in it. */
const nothing = { version: undefined, metadata: undefined };
const expected = "an archive of TensorFlow's releases of the C library, such as libtensorflow-cpu-linux-x86_64.tar.gz";

export interface ArchiveChoice {
  readonly name: string;
  /** A file, or an address. */
  readonly archive: string;
  readonly sha256: string | undefined;
  readonly downloads: string;
  readonly platform: Platform;
}

/** A release of TensorFlow's C library, `lib/` and `include/` in a compressed archive, here or fetched. */
export async function archiveSource({ name, archive, sha256, downloads, platform }: ArchiveChoice): Promise<LibrarySource> {
  const isAddress = /^https?:\/\//.test(archive);
  const file = isAddress ? undefined : resolve(archive);
  if (file !== undefined) await demandArchive(name, file);
  return {
    description: { source: "archive", archive: file ?? archive, ...(sha256 !== undefined && { sha256 }) },
    bytes: isAddress ? packed + unpacked : unpacked,
    facts: nothing,
    async provide(directory, onProgress, signal) {
      const fetched = file ?? (await fetchArchive(archive, sha256, downloads, onProgress, signal));
      if (isAddress) await demandArchive(name, fetched);
      onProgress({ step: "unpacking libtensorflow" });
      const words: FolderWords = { name, subject: archive, expected, fix: isAddress ? "name another with --set archive=URL, or leave it out: then a wheel is fetched" : "name another with --set archive=FILE, or leave it out: then a wheel is fetched" };
      const folder = join(directory, "unpacked");
      await mkdir(folder);
      try {
        await extract({ file: fetched, cwd: folder, strict: true, filter: (path) => /^(\.\/)?(lib|include)(\/|$)/.test(path) });
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === "ENOSPC") throw cause;
        throw installationRefused({ name, problem: `${archive} cannot be unpacked (${(cause as Error).message})`, expected: `a whole archive: ${expected}`, fix: "fetch it again" }, { cause });
      }
      const { files, include } = await findLibraries(folder, platform, words);
      await mkdir(join(directory, "lib"));
      for (const [library, path] of Object.entries(files)) await rename(path, join(directory, "lib", library));
      await rename(include, join(directory, "include"));
      await rm(folder, { recursive: true });
      return nothing;
    },
  };
}

async function fetchArchive(url: string, sha256: string | undefined, downloads: string, onProgress: (progress: InstallationProgress) => void, signal: AbortSignal | undefined): Promise<string> {
  const file = basename(new URL(url).pathname) || "libtensorflow.tar.gz";
  return download({
    urls: [url],
    file,
    ...(sha256 !== undefined && { sha256 }),
    cacheDirectory: downloads,
    onProgress: ({ bytes, total }) => onProgress({ step: `fetching ${file}`, bytes, ...(total !== undefined && { total }) }),
    fix: "check the address and the connection and try again: what was fetched is kept; or fetch it elsewhere, then --set archive=FILE",
    ...(signal && { signal }),
  });
}

/** Refuses what is not there, or by its first bytes no gzip file. */
async function demandArchive(name: string, file: string): Promise<void> {
  const refused = (problem: string): Error => installationRefused({ name, problem: `${file} ${problem}`, expected, fix: "name another with --set archive=FILE, or leave it out: then a wheel is fetched" });
  if (!existsSync(file) || !(await stat(file)).isFile()) throw refused("is no file");
  const start = Buffer.alloc(2);
  const handle = await open(file);
  await handle.read(start, 0, 2, 0).finally(() => handle.close());
  if (start.readUInt16BE(0) !== 0x1f8b) throw refused("is no gzip file");
}
