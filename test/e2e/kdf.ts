import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { testPlugins, writePlugin } from "@kdf/testing";
import { stringify } from "yaml";

export const repository = resolve(import.meta.dirname, "../..");
const command = join(repository, "packages/cli/bin/kdf.js");

export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly messages: string;
  readonly seconds: number;
}

export interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** What was written to standard error so far. */
  readonly messages: () => string;
}

/** Starts the built `kdf` as a user would, in the repository unless said. */
export function startKdf(parameters: readonly string[], directory = repository, prefix: readonly string[] = []): Running {
  const started = performance.now();
  const [program, ...rest] = [...prefix, process.execPath, command, ...parameters];
  const child = spawn(program!, rest, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let messages = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (messages += String(chunk)));
  const finished = new Promise<Finished>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done({ code, output, messages, seconds: (performance.now() - started) / 1000 }));
  });
  return { process: child, finished, messages: () => messages };
}

/** Before a command: processor time goes to the end of its messages. Other processes of the machine do not count in it. */
export const timed = ["env", "LC_ALL=C", "bash", "-c", 'TIMEFORMAT="%U %S"; time "$@"', "timed"];

/** What a command that was started behind `timed` took of the processors. */
export function processorSeconds({ messages }: Finished): number {
  return messages.trimEnd().split("\n").at(-1)!.split(" ").reduce((sum, seconds) => sum + Number(seconds), 0);
}

export const kdf = (...parameters: string[]): Promise<Finished> => startKdf(parameters).finished;

/** Waits until `holds`; an error after a minute, which names what was waited for. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((done) => setTimeout(done, 2));
  }
}

/** The code of the error that `--json` printed. */
export function errorCode(finished: Finished): string | undefined {
  return (JSON.parse(finished.output) as { error?: { code: string } }).error?.code;
}

/** A folder of a test's own, gone when the test file is done. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "kdf-e2e-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A small experiment of the testing kit's plugins as a configuration file; returns the parameters that use it. */
export function boringExperiment(folder: string, values: Readonly<Record<string, unknown>> = {}): string[] {
  const plugins = (Object.keys(testPlugins) as (keyof typeof testPlugins)[]).filter((id) => !id.endsWith("augmenter") && id !== "student-pick");
  const configuration = {
    preset: null,
    plugins: plugins.map((id) => writePlugin(join(folder, "plugins", id), id)),
    dataset: "boring",
    teacher: "boring",
    student: "boring",
    distiller: "two-stage",
    metrics: ["boring-accuracy", "block-count"],
    monitor: "boring-accuracy",
    engine: "cpu",
    epochs: 2,
    batchSize: 16,
    checkpointEverySteps: 2,
    ...values,
  };
  const file = join(folder, "experiment.yaml");
  writeFileSync(file, stringify(configuration));
  return ["--config", file];
}

/** Adds a plugin of the kit, written where `--plugin` finds it. */
export function pluginParameters(folder: string, id: keyof typeof testPlugins): string[] {
  return ["--plugin", writePlugin(join(folder, "plugins", id), id)];
}
