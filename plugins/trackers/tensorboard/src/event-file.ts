import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { event, timeAndBody, type EventBody } from "./events.js";
import { decodeRecords, encodeRecord } from "./records.js";

const namePattern = /^events\.out\.tfevents\.\d+\.kdf\.(\d+)$/;

/** The one event file of a run: what a process writes goes behind what stands. */
export class EventFile {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /**
   * Opens the file of `folder` for appending. One of an earlier attempt is replaced: the new file holds `head`, with
   * the time `startSeconds`, then what `keep` keeps of the earlier events. It is complete before it takes its name, and
   * takes a new one: a TensorBoard that has the earlier file open would read on in the middle of a record.
   */
  static open(
    folder: string,
    startSeconds: number,
    head: readonly EventBody[],
    keep: (earlier: Iterable<Uint8Array>) => readonly Uint8Array[],
  ): EventFile {
    mkdirSync(folder, { recursive: true });
    const earlier = eventFiles(folder);
    const last = earlier.at(-1);
    const kept = keep(last === undefined ? [] : decodeRecords(readFileSync(join(folder, last.name))));
    const partial = join(folder, "next.partial");
    const name = join(folder, `events.out.tfevents.${Math.floor(startSeconds)}.kdf.${(last?.attempt ?? 0) + 1}`);
    const descriptor = openSync(partial, "w");
    for (const data of [...head.map((body) => event(startSeconds, body)), ...kept]) writeAll(descriptor, encodeRecord(data));
    fsyncSync(descriptor);
    renameSync(partial, name);
    for (const file of earlier) rmSync(join(folder, file.name), { force: true });
    return new EventFile(descriptor);
  }

  append(body: EventBody): void {
    writeAll(this.#descriptor, encodeRecord(event(Date.now() / 1000, body)));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
}

/** Oldest first. Two stand where a process died while the one replaced the other: each of them is complete. */
function eventFiles(folder: string): { readonly name: string; readonly attempt: number }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const attempt = namePattern.exec(name)?.[1];
      return attempt === undefined ? [] : [{ name, attempt: Number(attempt) }];
    })
    .sort((a, b) => a.attempt - b.attempt);
}

/**
 * Of the earlier events those that belong to a run of which `lines` stand: the lines' own and, before the last of
 * these, the ones that `accepts`. A line without an event, as of a tracker that failed, gets one with the time `now`.
 */
export function keepEvents(
  earlier: Iterable<Uint8Array>,
  lines: readonly EventBody[],
  accepts: (body: EventBody) => boolean,
  now: number,
): Uint8Array[] {
  const kept: Uint8Array[] = [];
  let next = 0;
  for (const data of earlier) {
    const body = timeAndBody(data)?.body;
    const line = lines[next];
    if (line === undefined) break;
    if (body === undefined) continue;
    const isLine = Buffer.compare(body, line) === 0;
    if (isLine) next += 1;
    if (isLine || accepts(body)) kept.push(data);
  }
  return [...kept, ...lines.slice(next).map((body) => event(now, body))];
}
