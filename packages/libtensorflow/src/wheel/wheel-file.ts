import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { installationRefused } from "@kdf/core";
import { open, type Entry, type ZipFile } from "yauzl";
import type { Platform } from "./platform.js";
import { headers } from "./requirement.js";

const openZip = promisify<string, { lazyEntries: boolean; autoClose: boolean }, ZipFile>(open);

/** What a wheel is opened for, in the words of a refusal. */
export interface WheelPurpose {
  /** What cannot be installed from another file. */
  readonly name: string;
  readonly expected: string;
  readonly fix: string;
}

export interface WheelContents {
  /** The project's name and version as the wheel states them. */
  readonly project: string;
  readonly version: string;
  /** The text of its METADATA. */
  readonly metadata: string;
}

/** Where a file of the wheel goes below the folder that is written; undefined where it is not wanted. */
export type Selection = (name: string) => string | undefined;

/** A package for Python as a file: a zip file with a RECORD of its files' sums. Close it. */
export class Wheel {
  readonly #file: string;
  readonly #purpose: WheelPurpose;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: string, purpose: WheelPurpose, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#purpose = purpose;
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @throws KDF_INSTALLATION_REFUSED for what is no whole zip file */
  static async open(file: string, purpose: WheelPurpose): Promise<Wheel> {
    try {
      const zip = await openZip(file, { lazyEntries: true, autoClose: false });
      return new Wheel(file, purpose, zip, await readEntries(zip));
    } catch (cause) {
      throw refused(file, purpose, (cause as Error).message, { cause });
    }
  }

  close(): void {
    this.#zip.close();
  }

  /** Bytes, unpacked, of what is selected. */
  size(select: Selection): number {
    return [...this.#entries.values()].filter(({ fileName }) => select(fileName) !== undefined).reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  }

  /** What it is; KDF_INSTALLATION_REFUSED for a wheel of another platform, or one without one of the files `wanted`. */
  async check(platform: Platform, wanted: readonly string[] = []): Promise<WheelContents> {
    const metadata = await this.#text("METADATA");
    const tags = headers(await this.#text("WHEEL"), "Tag");
    const architecture = platform === "linux x64" ? "x86_64" : "aarch64";
    const stated = tags.map((tag) => tag.split("-").at(-1)!);
    if (!stated.some((tag) => tag.startsWith("manylinux") && tag.endsWith(architecture))) {
      throw refused(this.#file, this.#purpose, `it is made for ${stated.join(", ") || "no platform"}, and this machine is ${platform}`);
    }
    for (const name of wanted) this.#entry(name);
    const field = (name: string): string => headers(metadata, name)[0] ?? "unknown";
    return { project: field("Name"), version: field("Version"), metadata };
  }

  /**
   * Writes what is selected below `directory`, each file compared with the sum that the wheel's RECORD states.
   * KDF_INSTALLATION_REFUSED where one differs or none is stated.
   */
  async extract(select: Selection, directory: string, onBytes: (bytes: number) => void, signal?: AbortSignal): Promise<void> {
    const recorded = new Map(
      (await this.#text("RECORD"))
        .split(/\r?\n/)
        .map((line) => /^"?(.*?)"?,sha256=([\w-]+),/.exec(line))
        .flatMap((match) => (match === null ? [] : [[match[1]!, match[2]!] as const])),
    );
    for (const entry of this.#entries.values()) {
      const place = select(entry.fileName);
      if (place === undefined) continue;
      const target = join(directory, place);
      await mkdir(dirname(target), { recursive: true });
      const sum = await this.#write(entry, target, onBytes, signal);
      if (sum !== recorded.get(entry.fileName)) throw refused(this.#file, this.#purpose, `${entry.fileName} is not what the wheel's RECORD says`);
    }
  }

  async #write(entry: Entry, target: string, onBytes: (bytes: number) => void, signal: AbortSignal | undefined): Promise<string> {
    const hash = createHash("sha256");
    const watch = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk);
        onBytes(chunk.length);
        done(null, chunk);
      },
    });
    // The permissions of a file made on Unix are the upper half.
    const mode = (entry.externalFileAttributes >>> 16) & 0o100 ? 0o755 : 0o644;
    try {
      const source = await this.#read(entry);
      await pipeline(source, watch, createWriteStream(target, { mode }), signal === undefined ? {} : { signal });
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason;
      // What the file system refuses is not the wheel's fault.
      if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw cause;
      throw refused(this.#file, this.#purpose, `${entry.fileName} cannot be unpacked (${(cause as Error).message})`, { cause });
    }
    return hash.digest("base64url");
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw refused(this.#file, this.#purpose, `it holds no ${name}`);
    return entry;
  }

  async #text(part: "METADATA" | "RECORD" | "WHEEL"): Promise<string> {
    const name = [...this.#entries.keys()].find((candidate) => /^[^/]+\.dist-info\/([A-Z]+)$/.exec(candidate)?.[1] === part);
    return text(await this.#read(this.#entry(name ?? part)));
  }

  async #read(entry: Entry): Promise<NodeJS.ReadableStream> {
    return promisify((file: Entry, done: (error: Error | null, stream: NodeJS.ReadableStream) => void) => this.#zip.openReadStream(file, done))(entry);
  }
}

function readEntries(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  return new Promise((done, fail) => {
    const entries = new Map<string, Entry>();
    zip.on("entry", (entry: Entry) => {
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.on("end", () => done(entries));
    zip.on("error", fail);
    zip.readEntry();
  });
}

function refused(file: string, { name, expected, fix }: WheelPurpose, problem: string, options?: ErrorOptions): Error {
  return installationRefused({ name: `${name} from ${file}`, problem, expected, fix }, options);
}
