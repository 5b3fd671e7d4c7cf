import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { diskFull, directoryUnwritable, isKdfError, runExists, type MetricsLine } from "@kdf/core";

const fullCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EIO"]);

/** Runs a write; a disk that refuses it is KDF_DISK_FULL with the file's name. */
export function writing<T>(file: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== undefined && fullCodes.has(code)) throw diskFull({ file, problem: message }, { cause: error });
    throw error;
  }
}

/** Writes a file that is complete or absent: a temporary one is flushed to the disk, then takes the name. */
export function writeAtomically(file: string, content: string | Uint8Array): void {
  writing(file, () => {
    const temporary = `${file}.partial`;
    try {
      const descriptor = openSync(temporary, "w");
      try {
        writeAll(descriptor, typeof content === "string" ? Buffer.from(content) : content);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(temporary, file);
    } catch (error) {
      // On a full disk the half file would only take more of the room.
      rmSync(temporary, { force: true, recursive: true });
      throw error;
    }
    flushDirectory(dirname(file));
  });
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}

/** A rename is only safe from a power cut once its folder is flushed; Windows cannot open a folder and needs none. */
function flushDirectory(directory: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(directory, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Where a new run goes: a path that must not exist yet, or the first free `<parent>/<stem>-N`. */
export type RunPlace = string | { readonly parent: string; readonly stem: string };

/** Creates a new run's directory and returns it; one that exists is refused: a new run overwrites nothing. */
export function createRunDirectory(place: RunPlace): string {
  if (typeof place === "string") return create(place);
  for (let number = 1; ; number += 1) {
    const directory = join(place.parent, `${place.stem}-${number}`);
    try {
      return create(directory);
    } catch (error) {
      // Of two runs that start at once, the later takes the next number.
      if (!isKdfError(error) || error.code !== "KDF_RUN_EXISTS") throw error;
    }
  }
}

function create(directory: string): string {
  if (existsSync(directory)) throw runExists({ directory });
  try {
    mkdirSync(dirname(directory), { recursive: true });
    // Not recursive: of two runs that want one directory, one is refused.
    mkdirSync(directory);
    mkdirSync(join(directory, "checkpoints"));
    return directory;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && existsSync(directory)) throw runExists({ directory });
    if (code === "ENOSPC") throw diskFull({ file: directory, problem: message }, { cause: error });
    throw directoryUnwritable({ directory, problem: message }, { cause: error });
  }
}

/** A text file that only grows. Lines reach the system at once, so that a killed process loses none. */
export class LineFile {
  readonly #file: string;
  readonly #descriptor: number;

  constructor(file: string) {
    this.#file = file;
    this.#descriptor = writing(file, () => openSync(file, "a"));
  }

  append(line: string): void {
    writing(this.#file, () => writeAll(this.#descriptor, Buffer.from(`${line}\n`)));
  }

  /** Flushes to the disk and returns the length in bytes: what a checkpoint's position counts on. */
  flush(): number {
    writing(this.#file, () => fsyncSync(this.#descriptor));
    return statSync(this.#file).size;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Cuts `file` to `length` bytes. What stands behind goes to `keep` first: a process that dies in between loses none. */
export function cutBack(file: string, length: number, keep: (cut: string) => void): void {
  if (!existsSync(file)) return;
  const text = readFileSync(file);
  if (text.length <= length) return;
  keep(text.subarray(length).toString("utf8"));
  writing(file, () => truncateSync(file, length));
}

/** Keeps the lines of a broken-off attempt in attempts/N.jsonl. */
export function keepAttempt(directory: string, cut: string): void {
  const folder = join(directory, "attempts");
  mkdirSync(folder, { recursive: true });
  let number = 1;
  while (existsSync(join(folder, `${number}.jsonl`))) number += 1;
  writeAtomically(join(folder, `${number}.jsonl`), cut);
}

/** Rows of metrics.csv: one per epoch and evaluation, from the same lines that metrics.jsonl holds. */
export function csvOf(lines: readonly MetricsLine[]): string {
  const rows = lines.flatMap((line) => {
    if (line.type === "step") return [];
    const { type, stage, epoch, globalStep, metrics } = line;
    const evaluation = line.type === "evaluation" ? line : undefined;
    return [
      {
        type,
        stage,
        epoch: epoch + 1,
        globalStep,
        split: evaluation?.split ?? "training",
        role: evaluation?.role ?? "student",
        checkpoint: evaluation?.checkpoint ?? "",
        ...metrics,
      } as Record<string, unknown>,
    ];
  });
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: unknown): string => {
    const text = value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}
