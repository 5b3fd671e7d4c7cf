import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { InstallationState } from "@kdf/core";
import { z } from "zod";
import { hashFile } from "../checksum.js";

const recordFile = "installation.json";

/** What an installation is made of. Written last: a folder without it is none. */
const recordSchema = z.strictObject({
  format: z.literal(1),
  details: z.record(z.string(), z.string()),
  files: z.record(z.string(), z.strictObject({ bytes: z.int(), sha256: z.string() })),
});
type InstallationRecord = z.infer<typeof recordSchema>;

/** All files below `directory`, with their sums. */
export async function describeFiles(directory: string): Promise<InstallationRecord["files"]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(directory, join(entry.parentPath, entry.name)));
  const described = files.sort().map(async (file) => [file, { bytes: (await stat(join(directory, file))).size, sha256: await hashFile(join(directory, file), "sha256") }] as const);
  return Object.fromEntries(await Promise.all(described));
}

export const recordText = (details: Readonly<Record<string, string>>, files: InstallationRecord["files"]): string =>
  `${JSON.stringify({ format: 1, details, files } satisfies InstallationRecord, null, 1)}\n`;

export const recordPath = (directory: string): string => join(directory, recordFile);

/** What the record says; sizes are compared, and sums where `thorough`. */
export async function readState(directory: string, thorough: boolean): Promise<InstallationState> {
  const damaged = (problem: string, details = {}): InstallationState => ({ status: "damaged", directory, details, problem });
  let record: InstallationRecord;
  try {
    record = recordSchema.parse(JSON.parse(await readFile(recordPath(directory), "utf8")));
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === "ENOENT";
    return absent ? { status: "absent", directory, details: {} } : damaged(`${recordFile} cannot be read`);
  }
  for (const [file, { bytes, sha256 }] of Object.entries(record.files)) {
    const found = await stat(join(directory, file)).catch(() => undefined);
    if (found === undefined) return damaged(`${file} is missing`, record.details);
    if (found.size !== bytes) return damaged(`${file} has ${found.size} bytes instead of ${bytes}`, record.details);
    if (thorough && (await hashFile(join(directory, file), "sha256")) !== sha256) return damaged(`${file} has been changed`, record.details);
  }
  return { status: "installed", directory, details: record.details };
}
