import { fork } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

/** How a process ended. */
export interface Ended {
  /** 0 to 255; null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it printed with --json. */
  readonly printed: Readonly<Record<string, unknown>> | undefined;
}

export interface ProcessRequest {
  /** What stands behind `kdf`, without `--json`. */
  readonly words: readonly string[];
  /** Where it works. */
  readonly directory: string;
  /** Receives its messages. */
  readonly logFile: string;
  /** Aborting asks it to save and end. */
  readonly signal: AbortSignal;
}

/**
 * Runs `kdf` in a process of its own: an engine lives as long as its process. It has its own process group, so that Ctrl-C
 * in a terminal reaches it once, from here; should this process die, it saves and ends.
 */
export function runKdf({ words, directory, logFile, signal }: ProcessRequest): Promise<Ended> {
  const log = openSync(logFile, "a");
  const child = fork(new URL("./task-child.js", import.meta.url), [...words, "--json"], {
    cwd: directory,
    detached: true,
    stdio: ["ignore", "pipe", log, "ipc"],
  });
  closeSync(log);
  let output = "";
  child.stdout?.on("data", (chunk) => (output += String(chunk)));
  const stop = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, killedBy) => {
      signal.removeEventListener("abort", stop);
      done({ code, signal: killedBy, printed: parse(output) });
    });
  });
}

function parse(text: string): Ended["printed"] {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Why a process failed, in a line. */
export function failureOf({ code, signal, printed }: Ended, logFile: string): string {
  const error = printed?.["error"] as { readonly code?: string; readonly message?: string } | undefined;
  if (error?.message !== undefined) return error.code === undefined ? error.message : `${error.code}: ${error.message}`;
  const last = readFileSync(logFile, "utf8").trimEnd().split("\n").at(-1) ?? "";
  const how = signal === null ? `its process ended with ${code}` : `its process was ended by ${signal}`;
  return last === "" ? how : `${how}; it last said: ${last}`;
}
