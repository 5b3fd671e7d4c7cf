import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  directoryUnwritable,
  metricsLineSchema,
  runExists,
  runNotFound,
  runRecordSchema,
  type MetricsLine,
  type RunRecord,
} from "@kdf/core";
import { cutBack, keepAttempt, type RunPlace } from "./run-files.js";

/** Refuses a place where a new run may not go, before any time is spent. Writes nothing. */
export function checkNewRunDirectory(place: RunPlace): void {
  const directory = typeof place === "string" ? place : join(place.parent, place.stem);
  if (typeof place === "string" && existsSync(directory)) throw runExists({ directory });
  let ancestor = dirname(resolve(directory));
  while (!existsSync(ancestor)) ancestor = dirname(ancestor);
  try {
    accessSync(ancestor, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw directoryUnwritable({ directory, problem: `${ancestor} does not allow it` }, { cause: error });
  }
}

/** run.json of a run; KDF_RUN_NOT_FOUND when there is none or it is damaged. */
export function readRunRecord(directory: string): RunRecord {
  const file = join(directory, "run.json");
  if (!existsSync(file)) throw runNotFound({ directory, problem: "it has no run.json" });
  try {
    return runRecordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw runNotFound({ directory, problem: `run.json is damaged (${(error as Error).message.split("\n")[0]})` }, { cause: error });
  }
}

/** The lines of metrics.jsonl. A last line that a dying process left unfinished is passed over. */
export function readMetricsLines(directory: string): MetricsLine[] {
  const file = join(directory, "metrics.jsonl");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  const finished = lines.slice(0, -1);
  return finished.map((line) => metricsLineSchema.parse(JSON.parse(line)));
}

/** Cuts metrics.jsonl back to the checkpoint and keeps what was cut in attempts/. */
export function cutBackToCheckpoint(directory: string, linesLength: number): MetricsLine[] {
  cutBack(join(directory, "metrics.jsonl"), linesLength, (cut) => keepAttempt(directory, cut));
  return readMetricsLines(directory);
}
