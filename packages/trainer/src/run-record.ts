import { execFileSync } from "node:child_process";
import { arch, cpus, platform, release } from "node:os";
import { canonicalJson, resumeMismatch, type ExtensionRegistry, type Json, type RunRecord } from "@kdf/core";
import type { PreparedRun } from "./prepared-run.js";

/** What only the caller knows of a run. */
export interface RunOrigin {
  readonly command: readonly string[];
  readonly plugins: RunRecord["plugins"];
  /** Versions of kdf's packages and of Node. */
  readonly versions: Readonly<Record<string, string>>;
}

export async function makeRunRecord(run: PreparedRun, registry: ExtensionRegistry, origin: RunOrigin): Promise<Omit<RunRecord, "name">> {
  const { limits: _, ...engine } = run.engine;
  return {
    format: 1,
    startedAt: new Date().toISOString(),
    command: [...origin.command],
    versions: { ...origin.versions },
    plugins: [...origin.plugins],
    options: registry.createdOptions() as Record<string, Json>,
    engine: { ...engine, features: [...engine.features] },
    platform: { system: platform(), release: release(), architecture: arch(), processor: cpus()[0]?.model ?? "unknown" },
    configuration: run.configuration,
    dataset: { ...(await run.dataset.provenance()) },
    split: {
      training: run.splits.training.length,
      validation: run.splits.validation.length,
      test: (await run.dataset.open("test")).length,
      hash: run.splits.hash,
    },
    teacher: run.teacher ? { ...run.teacher.model.provenance } : null,
    gitCommit: gitCommit(),
  };
}

function gitCommit(): string | null {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}

/** KDF_RESUME_MISMATCH when something that decides the numbers is not what it was when the run began. */
export function demandSameRun(recorded: RunRecord, present: Omit<RunRecord, "name">): void {
  const pairs: [string, unknown, unknown][] = [
    ["engine", recorded.engine, present.engine],
    ["validation split", recorded.split, present.split],
    ["data", recorded.dataset, present.dataset],
    ["teacher", recorded.teacher, present.teacher],
    ["options", recorded.options, present.options],
    ["set of plugins", recorded.plugins, present.plugins],
    ["version of @kdf/trainer", recorded.versions["@kdf/trainer"], present.versions["@kdf/trainer"]],
  ];
  for (const [what, before, now] of pairs) {
    const [was, is] = [canonicalJson(before), canonicalJson(now)];
    if (was !== is) throw resumeMismatch({ what, recorded: was, present: is });
  }
}
