import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import { archiveUnsafe, dataFileInvalid, type KdfError } from "@kdf/core";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import { pathProblem } from "./member-path.js";

export interface ZipMember {
  readonly path: string;
  /** In bytes, unpacked. */
  readonly size: number;
  /** The sum of its bytes that the archive states. */
  readonly crc32: number;
}

const expected = "a whole zip file, not encrypted";
/** The file type in the mode that a zip made on Unix carries. */
const typeMask = 0o170000;
const plainTypes = new Set([0, 0o100000, 0o040000]);

/** The files of a zip archive, each read when asked for. Close it. */
export class ZipArchive {
  readonly members: readonly ZipMember[];
  readonly #file: string;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#zip = zip;
    this.#entries = entries;
    this.members = Array.from(entries, ([path, { uncompressedSize, crc32 }]) => ({ path, size: uncompressedSize, crc32 }));
  }

  /**
   * Reads the list of members and looks at every one.
   * @param largest the most that all members may hold together, in bytes
   * @throws KDF_ARCHIVE_UNSAFE for links, names that lead out of a folder, a name that comes twice, more bytes than expected
   * @throws KDF_DATA_FILE_INVALID for what is no whole zip file
   */
  static async open(file: string, { largest }: { readonly largest: number }): Promise<ZipArchive> {
    let zip: ZipFile;
    try {
      zip = await openPromise(file, { lazyEntries: true, autoClose: false, strictFileNames: true, validateEntrySizes: true });
    } catch (cause) {
      throw invalid(file, cause);
    }
    try {
      return new ZipArchive(file, zip, await readEntries(zip, file, largest));
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  /**
   * @returns the member's bytes; its length and sum are compared with what the archive says
   * @throws KDF_DATA_FILE_INVALID where the archive is damaged there
   */
  async read(path: string): Promise<Uint8Array> {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw dataFileInvalid({ file: this.#file, problem: `it has no member ${path}`, expected: `a zip file with ${path}` });
    let bytes: Uint8Array;
    try {
      bytes = await buffer(await this.#zip.openReadStreamPromise(entry));
    } catch (cause) {
      throw invalid(`${this.#file}: ${path}`, cause);
    }
    if (crc32(bytes) !== entry.crc32) throw invalid(`${this.#file}: ${path}`, new Error("its crc32 is another"));
    return bytes;
  }

  close(): void {
    this.#zip.close();
  }
}

async function readEntries(zip: ZipFile, file: string, largest: number): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let total = 0;
  const unsafe = (member: string, problem: string): KdfError => archiveUnsafe({ file, member, problem });
  const iterator = zip.eachEntry();
  for (;;) {
    let next: IteratorResult<Entry>;
    try {
      next = await iterator.next();
    } catch (cause) {
      const name = refusedName.exec((cause as Error).message);
      throw name === null ? invalid(file, cause) : unsafe(name[2]!, `its name leads out of the folder (${name[1]!})`);
    }
    if (next.done === true) return entries;
    const entry = next.value;
    const path = entry.fileName;
    const problem = pathProblem(path);
    if (problem !== undefined) throw unsafe(path, problem);
    if (!plainTypes.has((entry.externalFileAttributes >>> 16) & typeMask)) throw unsafe(path, "it is a link or a device, not a file or folder");
    if (entry.isEncrypted()) throw invalid(file, new Error(`${path} is encrypted`));
    total += entry.uncompressedSize;
    if (total > largest) throw unsafe(path, `with it the archive holds ${total} bytes, more than ${largest}`);
    if (path.endsWith("/")) continue;
    if (entries.has(path)) throw unsafe(path, "its name comes twice");
    entries.set(path, entry);
  }
}

/** What yauzl says of a name that it does not hand out. */
const refusedName = /^(absolute path|invalid relative path|invalid characters in fileName): (.*)$/;

function invalid(file: string, cause: unknown): unknown {
  if ((cause as NodeJS.ErrnoException).syscall !== undefined) return cause;
  return dataFileInvalid({ file, problem: `it is damaged, cut off or no zip file (${(cause as Error).message})`, expected }, { cause });
}
