import { randomUUID } from "node:crypto";
import { constants, copyFile, readFile, rename, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** A holder shows that it lives by touching the lock this often. */
const heartbeat = 5_000;
/** A lock untouched for so long belongs to nobody. */
const staleAfter = 60_000;
const pollEvery = 100;

export interface LockOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** What to throw instead of waiting for another holder. */
  readonly whenHeld?: () => Error;
}

/**
 * Does `work` while this process alone holds the lock file `file`; waits for another holder first, unless told not to.
 * A lock whose process has ended is taken over: at once where it ran on this machine, else after a minute.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, { signal, whenHeld }: LockOptions = {}): Promise<T> {
  const content = JSON.stringify({ host: hostname(), process: process.pid, token: randomUUID() });
  while (!(await acquire(file, content))) {
    const holder = await staleHolder(file);
    if (holder !== undefined) await remove(file, holder);
    else if (whenHeld !== undefined) throw whenHeld();
    else await sleep(pollEvery, undefined, signal === undefined ? {} : { signal });
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {}); // Taken over, or the folder is gone: the work notices by itself.
  }, heartbeat);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await remove(file, content);
  }
}

async function acquire(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** What the lock holds, if nobody stands behind it any more. */
async function staleHolder(file: string): Promise<string | undefined> {
  try {
    const content = await readFile(file, "utf8");
    const { mtimeMs } = await stat(file);
    return Date.now() - mtimeMs > staleAfter || hasEnded(content) ? content : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function hasEnded(content: string): boolean {
  let holder: { host?: unknown; process?: unknown };
  try {
    holder = JSON.parse(content) as typeof holder;
  } catch {
    return false; // Just being written; else its age will tell.
  }
  if (holder.host !== hostname() || typeof holder.process !== "number") return false;
  try {
    process.kill(holder.process, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/**
 * Removes the lock if it still holds `content`. It is moved aside first, which one process only can do; should it be
 * another's lock by then, it is put back.
 */
async function remove(file: string, content: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if ((await readFile(aside, "utf8")) !== content) {
    await copyFile(aside, file, constants.COPYFILE_EXCL).catch(() => {}); // A third process was faster.
  }
  await unlink(aside);
}
