import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** Published sums of a file, in hexadecimal; each that is given must fit. */
export interface Checksums {
  readonly sha256?: string;
  readonly md5?: string;
}

/** Hexadecimal sum of a file, read in pieces. */
export async function hashFile(file: string, algorithm: keyof Checksums): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** Hexadecimal sha256 of bytes in memory. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export interface Mismatch {
  readonly algorithm: keyof Checksums;
  readonly got: string;
  readonly expected: string;
}

/** The first sum that does not fit. */
export async function findMismatch(file: string, checksums: Checksums): Promise<Mismatch | undefined> {
  for (const algorithm of ["sha256", "md5"] as const) {
    const expected = checksums[algorithm]?.toLowerCase();
    if (expected === undefined) continue;
    const got = await hashFile(file, algorithm);
    if (got !== expected) return { algorithm, got, expected };
  }
  return undefined;
}
