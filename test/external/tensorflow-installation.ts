import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine, EngineReport } from "@kdf/core";
import tensorflow from "@kdf/plugin-tensorflow";
import { repository, startKdf, type Finished } from "../e2e/kdf.js";
import { cached } from "./cached.js";

export interface TensorflowInstallation {
  /** To be KDF_CACHE_DIR. */
  readonly cacheDirectory: string;
  /** How two installations ended that were started at once. */
  readonly finished: readonly Finished[];
}

/** libtensorflow from the Python package index, installed as a user does it, twice at once. */
export async function tensorflowInstallation(engine: "tensorflow" | "tensorflow-gpu"): Promise<TensorflowInstallation> {
  const cacheDirectory = await cached(`${engine}-2.21.0`, async (folder) => {
    const start = () => startKdf(["engine", "install", engine, "--json"], repository, ["env", `KDF_CACHE_DIR=${folder}`]).finished;
    writeFileSync(join(folder, "finished.json"), JSON.stringify(await Promise.all([start(), start()])));
  });
  return { cacheDirectory, finished: JSON.parse(readFileSync(join(cacheDirectory, "finished.json"), "utf8")) as Finished[] };
}

/** Starts TensorFlow on the processor in this process, to compute the same each time. */
export async function startTensorflow(): Promise<EngineReport> {
  const { cacheDirectory } = await tensorflowInstallation("tensorflow");
  const { create } = tensorflow.provides.engine!["tensorflow"]!;
  const engine = (await create({ threads: 2, logLevel: 2, deterministic: true }, { cacheDirectory } as never)) as Engine;
  return engine.start();
}

export interface DoctorCheck {
  readonly id: string;
  readonly status: string;
  readonly text: string;
  readonly details: { readonly built?: readonly string[]; readonly wanted?: Readonly<Record<string, string | null>> };
}

/** What `kdf doctor` says in a project, made in `parent`, that has the engine alone; by the check's id. */
export async function doctorChecks(engine: string, cacheDirectory: string, parent: string): Promise<ReadonlyMap<string, DoctorCheck>> {
  const project = join(parent, `project-${engine}`);
  mkdirSync(project);
  symlinkSync(join(repository, "node_modules"), join(project, "node_modules"), "dir");
  writeFileSync(join(project, "package.json"), JSON.stringify({ dependencies: { "@kdf/cli": "*", [`@kdf/plugin-${engine}`]: "*" } }));
  const { output } = await startKdf(["doctor", "--json"], project, ["env", `KDF_CACHE_DIR=${cacheDirectory}`]).finished;
  return new Map((JSON.parse(output) as { checks: DoctorCheck[] }).checks.map((check) => [check.id, check]));
}
