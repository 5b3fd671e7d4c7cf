import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { archiveUnsafe, dataFileInvalid, isKdfError } from "@kdf/core";
import { Parser, type ReadEntry } from "tar";
import { pathProblem } from "./member-path.js";

export interface TarRequest {
  /** Whether a member is wanted; called for files, with the path as the archive has it, less a leading `./`. */
  wants(path: string): boolean;
  /** The most that all files of the archive may hold together, in bytes: an archive that says more is refused. */
  readonly largest: number;
}

const plain = new Set(["File", "OldFile", "ContiguousFile", "Directory", "GNUDumpDir"]);

/**
 * The wanted members of a tar file, gzipped or not, in memory, by path. Every member is looked at, wanted or not.
 * @throws KDF_ARCHIVE_UNSAFE for links, devices, names that lead out of a folder, and more bytes than are expected
 * @throws KDF_DATA_FILE_INVALID for what is no whole tar file
 */
export async function readTar(file: string, { wants, largest }: TarRequest): Promise<Map<string, Uint8Array>> {
  const members = new Map<string, Uint8Array>();
  let total = 0;
  const problemOf = ({ path, type, size }: ReadEntry): string | undefined => {
    if (!plain.has(type)) return `it is a ${type}, not a file or folder`;
    total += size;
    if (total > largest) return `with it the archive holds ${total} bytes, more than ${largest}`;
    return pathProblem(path);
  };
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      const problem = problemOf(entry);
      if (problem !== undefined) {
        parser.abort(archiveUnsafe({ file, member: entry.path, problem }));
        return;
      }
      const path = entry.path.replace(/^(\.\/)+/, "");
      if (entry.type === "Directory" || entry.type === "GNUDumpDir" || !wants(path)) {
        entry.resume();
        return;
      }
      const bytes = new Uint8Array(entry.size);
      let at = 0;
      entry.on("data", (chunk: Buffer) => {
        bytes.set(chunk, at);
        at += chunk.length;
      });
      entry.on("end", () => members.set(path, bytes));
    },
  });
  try {
    await pipeline(createReadStream(file), parser as unknown as NodeJS.WritableStream);
  } catch (cause) {
    if (isKdfError(cause) || (cause as NodeJS.ErrnoException).syscall !== undefined) throw cause;
    const problem = `it is damaged, cut off or no tar file (${(cause as Error).message})`;
    throw dataFileInvalid({ file, problem, expected: "a whole tar file, gzipped or not" }, { cause });
  }
  return members;
}
