import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "@kdf/core";
import { withLock } from "@kdf/data";
import type { Outcome, TaskFolder } from "./task-folder.js";
import { failureOf, runKdf } from "./task-process.js";

export interface TaskContext {
  /** Folder of the user's project. */
  readonly project: string;
  readonly dataDirectory?: string;
  readonly signal: AbortSignal;
}

/** Does a task, or what is left of it, and writes its outcome; undefined where it was asked to stop before its end. */
export async function doTask(folder: TaskFolder, context: TaskContext): Promise<Outcome["state"] | undefined> {
  const { signal } = context;
  const resumes = await clearRun(folder, signal);
  if (signal.aborted) return undefined;
  folder.begin();
  const { project, dataDirectory } = context;
  const words = [...wordsOf(folder, resumes), ...(dataDirectory === undefined ? [] : ["--data-dir", dataDirectory])];
  const started = performance.now();
  const ended = await runKdf({ words, directory: project, logFile: folder.logFile, signal });
  const seconds = (performance.now() - started) / 1000;
  const { printed } = ended;
  if (ended.code === 0 && printed !== undefined) {
    folder.end({ state: "done", ...(!resumes && { seconds }), result: printed as Json });
    return "done";
  }
  if (signal.aborted) return undefined;
  folder.end({ state: "failed", reason: failureOf(ended, folder.logFile) });
  return "failed";
}

/**
 * Whether the task's run goes on from a checkpoint. A process that outlives a study that was killed is waited for: it
 * saves and ends. A run that has no checkpoint yet is begun again.
 */
async function clearRun(folder: TaskFolder, signal: AbortSignal): Promise<boolean> {
  if (folder.task.kind === "measurement") return false;
  if (folder.isBegun) await withLock(join(folder.run, "run.lock"), async () => {}, { signal }).catch(unlessAborted(signal));
  if (folder.hasCheckpoint) return true;
  if (!signal.aborted) rmSync(folder.run, { recursive: true, force: true });
  return false;
}

const unlessAborted = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error;
};

function wordsOf({ task, run, configurationFile }: TaskFolder, resumes: boolean): string[] {
  if (resumes) return ["train", "--resume", run];
  const { measurement, augmenter } = task;
  if (measurement === undefined) return ["train", "--config", configurationFile, "--run-dir", run];
  const { steps, student } = measurement;
  return [
    ...["rank", "--config", configurationFile, "--augmenters", augmenter, "--steps", String(steps)],
    ...(student === null ? [] : ["--student-weights", student]),
  ];
}
