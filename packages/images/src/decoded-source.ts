import { imageUnreadable, type ImageSource } from "@kdf/core";
import type { DecodedBatch } from "./decode-batch.js";
import type { DecodingThreads } from "./decoding-threads.js";
import type { Framing, RandomResizedCrop } from "./crops.js";
import type { FileTree } from "./file-tree.js";

export interface LabelledFile {
  /** In the tree. */
  readonly path: string;
  readonly label: number;
  /** Of the image in the full data set. */
  readonly identity: number;
}

export interface DecodedSourceOptions {
  readonly tree: FileTree;
  readonly files: readonly LabelledFile[];
  readonly framing: Framing;
  /** For `readCropped`. */
  readonly crop?: RandomResizedCrop;
  readonly threads: DecodingThreads;
  /** Whether decoded images are kept: [files.length,size,size,3] bytes. */
  readonly keep: boolean;
}

/** Images that one thread decodes in one go. */
const perJob = 16;

/** Images of files, decoded when they are asked for; where they are kept, once. */
export class DecodedSource implements ImageSource {
  readonly length: number;
  readonly labels: Int32Array;
  readonly identities: Int32Array;
  readonly readCropped?: (rows: Int32Array, draws: Float64Array) => Promise<Uint8Array>;
  readonly #options: DecodedSourceOptions;
  readonly #stride: number;
  readonly #kept: Uint8Array | undefined;
  readonly #has: Uint8Array;

  constructor(options: DecodedSourceOptions) {
    const { files, framing, crop, keep } = options;
    this.length = files.length;
    this.labels = Int32Array.from(files, ({ label }) => label);
    this.identities = Int32Array.from(files, ({ identity }) => identity);
    this.#options = options;
    this.#stride = framing.size * framing.size * 3;
    this.#kept = keep ? new Uint8Array(files.length * this.#stride) : undefined;
    this.#has = new Uint8Array(files.length);
    if (crop !== undefined) this.readCropped = (rows, draws) => this.#decode(rows, draws);
  }

  /** [rows.length,size,size,3]: a new array. KDF_IMAGE_UNREADABLE */
  async read(rows: Int32Array): Promise<Uint8Array> {
    const kept = this.#kept;
    if (kept === undefined) return this.#decode(rows);
    const absent = rows.filter((row) => this.#has[row] === 0);
    const decoded = absent.length === 0 ? kept : await this.#decode(absent);
    absent.forEach((row, place) => {
      kept.set(decoded.subarray(place * this.#stride, (place + 1) * this.#stride), row * this.#stride);
      this.#has[row] = 1;
    });
    const pixels = new Uint8Array(rows.length * this.#stride);
    rows.forEach((row, place) => pixels.set(kept.subarray(row * this.#stride, (row + 1) * this.#stride), place * this.#stride));
    return pixels;
  }

  /**
   * Decodes every image; what is kept need not be decoded again.
   * @returns by row: what is wrong with it
   */
  async check(onProgress: (done: number) => void): Promise<Map<number, string>> {
    const damaged = new Map<number, string>();
    let next = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      for (let from = next; from < this.length; from = next) {
        next += perJob;
        const rows = Int32Array.from({ length: Math.min(perJob, this.length - from) }, (_, at) => from + at);
        const { pixels, problems } = await this.#job(rows, undefined);
        problems.forEach((problem, place) => damaged.set(rows[place]!, problem));
        this.#kept?.set(pixels, from * this.#stride);
        this.#has.fill(this.#kept === undefined ? 0 : 1, from, from + rows.length);
        done += rows.length;
        onProgress(done);
      }
    };
    await Promise.all(Array.from({ length: this.#options.threads.width }, work));
    return new Map([...damaged].sort(([one], [other]) => one - other));
  }

  async #decode(rows: Int32Array, draws?: Float64Array): Promise<Uint8Array> {
    const perImage = (draws?.length ?? 0) / rows.length;
    const pixels = new Uint8Array(rows.length * this.#stride);
    const starts = Array.from({ length: Math.ceil(rows.length / perJob) }, (_, job) => job * perJob);
    await Promise.all(
      starts.map(async (from) => {
        const part = rows.slice(from, from + perJob);
        const decoded = await this.#job(part, draws?.slice(from * perImage, (from + part.length) * perImage));
        const [first] = decoded.problems;
        if (first !== undefined) throw imageUnreadable({ file: this.#name(part[first[0]]!), problem: first[1] });
        pixels.set(decoded.pixels, from * this.#stride);
      }),
    );
    return pixels;
  }

  /** A file that cannot be read is a damaged image. */
  async #job(rows: Int32Array, draws: Float64Array | undefined): Promise<DecodedBatch> {
    const { tree, files, framing, crop, threads } = this.#options;
    const unread = new Map<number, string>();
    const contents = await Promise.all(
      Array.from(rows, async (row, place) => {
        try {
          return await tree.read(files[row]!.path);
        } catch (error) {
          unread.set(place, (error as Error).message.split("\n")[0]!);
          return new Uint8Array();
        }
      }),
    );
    let total = 0;
    const ends = Int32Array.from(contents, ({ length }) => (total += length));
    const encoded = new Uint8Array(total);
    contents.forEach((content, place) => encoded.set(content, ends[place]! - content.length));
    const decoded = await threads.run({ encoded, ends, framing, ...(draws && crop && { draws, crop }) });
    return { pixels: decoded.pixels, problems: new Map([...decoded.problems, ...unread]) };
  }

  #name(row: number): string {
    const { tree, files } = this.#options;
    return `${tree.name}/${files[row]!.path}`;
  }
}
