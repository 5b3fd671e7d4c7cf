import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { installationRefused } from "@kdf/core";
import { open, type Entry, type ZipFile } from "yauzl";
import type { Platform } from "./platform.js";

const openZip = promisify<string, { lazyEntries: boolean; autoClose: boolean }, ZipFile>(open);

export const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"] as const;

/** What the addon's sources include, and what that includes; between TensorFlow 2.12 and 2.21 some of it moved. */
const headers = /^tensorflow\/include\/(tensorflow\/(c|core\/platform)|tsl\/(c|platform)|xla\/tsl\/(c|platform))\/.*\.h$/;

export interface WheelContents {
  /** The project's name and version as the wheel states them. */
  readonly project: string;
  readonly version: string;
}

/** libtensorflow inside a wheel of TensorFlow for Python. Close it. */
export class Wheel {
  readonly #file: string;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @throws KDF_INSTALLATION_REFUSED for what is no whole zip file */
  static async open(file: string): Promise<Wheel> {
    try {
      const zip = await openZip(file, { lazyEntries: true, autoClose: false });
      return new Wheel(file, zip, await readEntries(zip));
    } catch (cause) {
      throw refused(file, (cause as Error).message, { cause });
    }
  }

  close(): void {
    this.#zip.close();
  }

  /** Bytes of the libraries, unpacked. */
  get size(): number {
    return libraries.reduce((sum, name) => sum + this.#entry(`tensorflow/${name}`).uncompressedSize, 0);
  }

  /** Refuses a wheel of another platform, or of something else than TensorFlow. */
  async check(platform: Platform): Promise<WheelContents> {
    const metadata = await this.#text("METADATA");
    const tags = (await this.#text("WHEEL")).matchAll(/^Tag: (.*)$/gm);
    const architecture = platform === "linux x64" ? "x86_64" : "aarch64";
    const stated = [...tags].map(([, tag]) => tag!.trim().split("-").at(-1)!);
    if (!stated.some((tag) => tag.startsWith("manylinux") && tag.endsWith(architecture))) {
      throw refused(this.#file, `it is made for ${stated.join(", ") || "no platform"}, and this machine is ${platform}`);
    }
    for (const name of libraries) this.#entry(`tensorflow/${name}`);
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(metadata)?.[1]?.trim() ?? "unknown";
    return { project: field("Name"), version: field("Version") };
  }

  /**
   * Writes the two libraries and `include/` into `directory`, each file compared with the sum that the wheel's RECORD
   * states. KDF_INSTALLATION_REFUSED where one differs.
   */
  async extract(directory: string, onBytes: (bytes: number) => void, signal?: AbortSignal): Promise<void> {
    const recorded = new Map(
      (await this.#text("RECORD"))
        .split(/\r?\n/)
        .map((line) => /^"?(.*?)"?,sha256=([\w-]+),/.exec(line))
        .flatMap((match) => (match === null ? [] : [[match[1]!, match[2]!] as const])),
    );
    const wanted = [...this.#entries.values()].filter(({ fileName }) => headers.test(fileName) || libraries.some((name) => fileName === `tensorflow/${name}`));
    for (const entry of wanted) {
      const isLibrary = !entry.fileName.endsWith(".h");
      const target = join(directory, isLibrary ? basename(entry.fileName) : entry.fileName.slice("tensorflow/".length));
      await mkdir(dirname(target), { recursive: true });
      const sum = await this.#write(entry, target, onBytes, signal);
      const expected = recorded.get(entry.fileName);
      if (expected === undefined ? isLibrary : sum !== expected) {
        throw refused(this.#file, `${entry.fileName} is not what the wheel's RECORD says`);
      }
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
    let source;
    try {
      source = await this.#read(entry);
      await pipeline(source, watch, createWriteStream(target), signal === undefined ? {} : { signal });
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason;
      // What the file system refuses is not the wheel's fault.
      if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw cause;
      throw refused(this.#file, `${entry.fileName} cannot be unpacked (${(cause as Error).message})`, { cause });
    }
    return hash.digest("base64url");
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw refused(this.#file, `it holds no ${name}`);
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

function refused(file: string, problem: string, options?: ErrorOptions): Error {
  return installationRefused(
    {
      name: `libtensorflow from ${file}`,
      problem,
      expected: "a whole wheel of tensorflow or tensorflow-cpu, version 2.12 or later, for this platform",
      fix: "fetch it again, or leave --set wheel=FILE out: then it is fetched and checked",
    },
    options,
  );
}
