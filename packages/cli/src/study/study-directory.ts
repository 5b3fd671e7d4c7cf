import { mkdirSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { directoryUnwritable, studyBusy } from "@kdf/core";
import { withLock } from "@kdf/data";

/**
 * Does `work` while this process alone works on the study in `directory`, which is made where it is missing. What
 * `work` leaves empty goes again. KDF_STUDY_BUSY, KDF_DIRECTORY_UNWRITABLE.
 */
export async function inStudyDirectory<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const made = make(directory);
  try {
    return await withLock(join(directory, "study.lock"), work, { whenHeld: () => studyBusy({ directory }) });
  } finally {
    removeEmpty(directory, made);
  }
}

/** The outermost folder that did not exist, if any. */
function make(directory: string): string | undefined {
  try {
    return mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw directoryUnwritable({ directory, problem: (error as Error).message }, { cause: error });
  }
}

function removeEmpty(directory: string, outermost: string | undefined): void {
  if (outermost === undefined) return;
  try {
    for (let at = directory; at.length >= outermost.length; at = dirname(at)) rmdirSync(at);
  } catch {
    // It holds something: the study.
  }
}
