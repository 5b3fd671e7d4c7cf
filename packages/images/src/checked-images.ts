import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const recordSchema = z.strictObject({ format: z.literal(1), damaged: z.record(z.string(), z.string()) });

/** Which images of a data set are damaged, by path, with what is wrong: remembered for as long as the files are the same. */
export class CheckedImages {
  readonly #folder: string;
  readonly #file: string;

  /** @param files path and what changes when the file does; `framing` belongs to it, since it can refuse an image too */
  constructor(folder: string, files: Iterable<readonly [path: string, stamp: string]>, framing: unknown) {
    const hash = createHash("sha256").update(JSON.stringify(framing));
    for (const [path, stamp] of files) hash.update(`${path}\0${stamp}\n`);
    this.#folder = folder;
    this.#file = join(folder, `checked-${hash.digest("hex").slice(0, 32)}.json`);
  }

  /** Undefined where these files were not looked at before. */
  async recall(): Promise<ReadonlyMap<string, string> | undefined> {
    try {
      return new Map(Object.entries(recordSchema.parse(JSON.parse(await readFile(this.#file, "utf8"))).damaged));
    } catch {
      return undefined; // None, or one that was cut off: the images are looked at again.
    }
  }

  /** A cache that cannot be written costs time at the next run, nothing else. */
  async remember(damaged: ReadonlyMap<string, string>): Promise<void> {
    const made = `${this.#file}.${randomUUID()}`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(made, `${JSON.stringify({ format: 1, damaged: Object.fromEntries(damaged) })}\n`);
      await rename(made, this.#file);
    } catch {
      return;
    }
  }
}
