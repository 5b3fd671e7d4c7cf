import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dataChecksumWrong, directoryUnwritable, diskFull, downloadFailed, isKdfError, type KdfError } from "@kdf/core";
import { findMismatch, type Checksums } from "./checksum.js";
import { withLock } from "./lock.js";
import { lengthOf, transfer, TransferProblem } from "./transfer.js";

export interface DownloadRequest extends Checksums {
  /** Where the file may be had, tried in this order; http or https. */
  readonly urls: readonly string[];
  /** Its name in `cacheDirectory`. */
  readonly file: string;
  /** Bytes of the whole file. */
  readonly size?: number;
  readonly cacheDirectory: string;
  /** Called as bytes arrive; counts those of an earlier attempt too. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly total: number | undefined }) => void;
  /** What a person can do when no server helps. */
  readonly fix?: string;
  readonly signal?: AbortSignal;
}

/** Attempts at one server that bring nothing, before the next is asked. */
const attemptsWithoutProgress = 3;
const firstPause = 200;
const otherwise = "check the connection and try again, or name another server";

/**
 * Fetches a file once: a verified copy in the cache is returned as it is. What arrives stands in `<file>.part`, which
 * an interrupted call leaves behind and the next one continues; only when length and sums are right is it renamed to
 * `<file>`. One process fetches at a time (`<file>.lock`); others wait and then find the file.
 * @returns the file's path
 * @throws KDF_DATA_CHECKSUM_WRONG when a server had the file but with other bytes, and no other had the right ones
 * @throws KDF_DOWNLOAD_FAILED, KDF_DISK_FULL, KDF_DIRECTORY_UNWRITABLE; the signal's reason when aborted
 */
export async function download(request: DownloadRequest): Promise<string> {
  const { cacheDirectory, signal } = request;
  const path = join(cacheDirectory, request.file);
  try {
    await mkdir(cacheDirectory, { recursive: true });
    if (await isVerified(path, request)) return path;
    return await withLock(`${path}.lock`, () => fetchLocked(path, request), signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : fileSystemError(error, path, cacheDirectory);
  }
}

async function fetchLocked(path: string, request: DownloadRequest): Promise<string> {
  if (await isVerified(path, request)) return path; // By the process that held the lock before.
  const failures: KdfError[] = [];
  for (const url of request.urls) {
    try {
      await fetchFrom(url, `${path}.part`, request);
      await rename(`${path}.part`, path);
      return path;
    } catch (error) {
      if (!isKdfError(error)) throw error;
      failures.push(error);
    }
  }
  throw failures.find((failure) => failure.code === "KDF_DATA_CHECKSUM_WRONG") ?? failures.at(-1)!;
}

/** Completes and verifies the part file from one server. */
async function fetchFrom(url: string, part: string, request: DownloadRequest): Promise<void> {
  for (;;) {
    if (request.size !== undefined && (await lengthOf(part)) > request.size) await rm(part);
    const continued = (await lengthOf(part)) > 0;
    await complete(url, part, request);
    const mismatch = await findMismatch(part, request);
    if (mismatch === undefined) return;
    await rm(part);
    // The fault may lie in what an earlier attempt or another server left.
    if (!continued) throw dataChecksumWrong({ file: url, ...mismatch, fix: request.fix ?? otherwise });
  }
}

/** Asks again as long as each attempt brings something. */
async function complete(url: string, part: string, request: DownloadRequest): Promise<void> {
  const { size, onProgress, signal } = request;
  for (let fruitless = 0; ; ) {
    const before = await lengthOf(part);
    try {
      return await transfer({
        url,
        part,
        ...(size === undefined ? {} : { size }),
        ...(onProgress === undefined ? {} : { onProgress: (bytes, total) => onProgress({ bytes, total }) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (!(error instanceof TransferProblem)) throw error;
      fruitless = (await lengthOf(part)) > before ? 0 : fruitless + 1;
      if (!error.transient || fruitless === attemptsWithoutProgress) {
        throw downloadFailed({ url, problem: error.message, fix: request.fix ?? otherwise }, { cause: error });
      }
      await sleep(firstPause * 2 ** fruitless, undefined, { signal });
    }
  }
}

/** Whether the file is in the cache with the right sums. A damaged one is fetched anew. */
async function isVerified(path: string, request: DownloadRequest): Promise<boolean> {
  return (await lengthOf(path)) > 0 && (await findMismatch(path, request)) === undefined;
}

function fileSystemError(error: unknown, file: string, directory: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return diskFull({ file, problem: message }, { cause: error });
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR" || code === "EEXIST") {
    return directoryUnwritable({ directory, problem: message }, { cause: error });
  }
  return error;
}
