import type { EngineReport } from "@kdf/core";
import type { HostRequest, PluginIndex } from "@kdf/host";
import { askChild, type Answer } from "./ask-child.js";

/** Seconds without an answer: an engine may have to compile its kernels. */
const patience = 60;

export interface StartedEngine {
  readonly report: EngineReport;
  /** What the engine warned of as it started. */
  readonly warnings: readonly string[];
  readonly milliseconds: number;
  readonly residentMegabytes: number;
}

export interface ProbedEngine {
  readonly id: string;
  /** What came of starting it in a process of its own: it did, or an error says why not. */
  readonly started?: StartedEngine;
  readonly error?: NonNullable<Answer["error"]>;
}

/** Starts every engine that the project's plugins provide, each in a process of its own. */
export async function probeEngines(index: PluginIndex, { directory, plugins, set }: Omit<HostRequest, "logger">): Promise<ProbedEngine[]> {
  // With the settings of the command line alone: what else a file has wrong is not the engines' matter.
  const request = { directory, plugins: plugins ?? [], set: set ?? [], preset: null };
  const probed: ProbedEngine[] = [];
  // One after the other: each may take all processors.
  for (const id of new Set(index.ids("engine"))) {
    const [answer] = await askChild({ task: "engine", id, request }, patience);
    const error = answer?.error ?? { code: "UNEXPECTED", message: "no answer" };
    probed.push(answer?.result === undefined ? { id, error } : { id, started: answer.result as StartedEngine });
  }
  return probed;
}

/** What happened, as a sentence. */
export const saidBy = (error: ProbedEngine["error"]): string => error?.["happened"] ?? error?.["message"] ?? "no answer";

/** `native: cpu, 2 threads, oneDNN` */
export function engineFacts({ tier, device, threads, features }: EngineReport): string {
  return `${tier}: ${[device, threads === 1 ? "1 thread" : `${threads} threads`, ...features].join(", ")}`;
}
