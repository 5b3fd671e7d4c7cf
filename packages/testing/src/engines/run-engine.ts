import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { EngineReport } from "@kdf/core";
import type { Computed } from "./compute.js";
import type { EngineMessage, EngineRequest } from "./engine-message.js";

export interface EngineRun {
  readonly report: EngineReport | undefined;
  /** The code of what a second engine was refused with. */
  readonly second: string | undefined;
  /** By the computation's name; a message where it threw. */
  readonly results: ReadonlyMap<string, Computed | { readonly threw: string }>;
  /** What ended the process before it was done, or kept it from ending. */
  readonly problem: string | undefined;
}

export interface EngineProcess extends EngineRequest {
  readonly environment?: Readonly<Record<string, string>>;
  /** In which all must be computed, in seconds. */
  readonly limit: number;
}

/** How long a process may take to end once all is computed, in milliseconds. */
const ending = 10_000;

/** Computes everything in a process of its own. */
export function runEngine({ environment = {}, limit, ...request }: EngineProcess): Promise<EngineRun> {
  return new Promise((done) => {
    const child = fork(fileURLToPath(new URL("engine-process.js", import.meta.url)), {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: { ...process.env, ...environment },
    });
    let messages = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (messages = `${messages}${text}`.slice(-2_000)));
    let report: EngineReport | undefined;
    let second: string | undefined;
    let problem: string | undefined;
    let underWay = "its start";
    let complete = false;
    const results = new Map<string, Computed | { readonly threw: string }>();
    const stop = (why: string) => () => {
      problem = why;
      child.kill("SIGKILL");
    };
    let timer = setTimeout(() => stop(`it was not done after ${limit} s, at ${underWay}`)(), limit * 1_000);
    child.on("message", (message: EngineMessage) => {
      if ("report" in message) ({ report, second } = message);
      else if ("begins" in message) underWay = message.begins;
      else if ("ends" in message) results.set(message.ends, message);
      else if ("failed" in message) problem = `${underWay} failed: ${message.failed}`;
      else {
        complete = true;
        clearTimeout(timer);
        timer = setTimeout(stop(`its process was still there ${ending / 1_000} s after its work was done`), ending);
      }
    });
    child.on("error", (error) => (problem ??= error.message));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (!complete) problem ??= `its process ended at ${underWay} with ${signal ?? `exit code ${code}`}: ${messages.trim().split("\n").at(-1) ?? ""}`;
      else if (code !== 0) problem ??= `its process ended with ${signal ?? `exit code ${code}`} when its work was done`;
      done({ report, second, results, problem });
    });
    child.send(request);
  });
}
