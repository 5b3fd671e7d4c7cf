import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { boringExperiment, errorCode, kdf, pluginParameters, repository, startKdf, temporaryFolder } from "./kdf.js";

/** What fails while running: exit 1, an error that names the culprit, and a checkpoint that goes on. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const globalStep = (run: string): number =>
  (JSON.parse(readFileSync(join(run, "checkpoints", "last", "state.json"), "utf8")) as { globalStep: number }).globalStep;

interface Failure {
  readonly parameters: readonly string[];
  readonly code: string;
  readonly names: readonly string[];
}

/** Runs into a fault that leaves a marker, then goes on: where the marker is, there is no fault any more. */
async function failAndResume(name: string, failure: Failure): Promise<void> {
  const run = join(folder.path, name);
  const failed = await kdf("train", ...failure.parameters, "--run-dir", run, "--json");
  expect(failed.code).toBe(1);
  expect(errorCode(failed)).toBe(failure.code);
  for (const text of failure.names) expect(failed.output).toContain(text);
  expect(globalStep(run)).toBeGreaterThan(0);
  const resumed = await kdf("train", "--resume", run, "--json");
  expect(resumed.messages).not.toContain("error");
  expect(resumed.code).toBe(0);
}

describe("a plugin that fails in the middle of a run", () => {
  const place = (name: string): string => {
    const path = join(folder.path, `${name}-parts`);
    mkdirSync(path);
    return path;
  };
  const fault = (path: string, id: string, hook: string, kind: string): string[] => [
    `--set=${id}.hook=${hook}`,
    `--set=${id}.fault=${kind}`,
    `--set=${id}.after=5`,
    `--set=${id}.marker=${join(path, "marker")}`,
  ];

  it.each([
    ["throw", "losses", "KDF_PLUGIN_THREW", ["faulty-distiller", "losses", "step 6"]],
    ["throw", "update", "KDF_PLUGIN_THREW", ["faulty-distiller", "update", "step 6"]],
    ["leak", "losses", "KDF_PLUGIN_LEAKED", ["faulty-distiller", "losses", "step 6"]],
    ["leak", "apply", "KDF_PLUGIN_LEAKED", ["faulty-distiller", "apply", "step 6"]],
    ["not-a-number", "losses", "KDF_LOSS_NOT_FINITE", ["crossEntropy.copy", "step 6"]],
    ["misshapen", "losses", "KDF_PLUGIN_RETURNED", ["faulty-distiller", "losses"]],
    ["misshapen", "update", "KDF_PLUGIN_RETURNED", ["faulty-distiller", "update"]],
  ] as const)("a distiller with the fault %s in %s", async (kind, hook, code, names) => {
    const path = place(`distiller-${kind}-${hook}`);
    const parameters = [
      ...boringExperiment(path, { distiller: "faulty-distiller", metrics: ["boring-accuracy"] }),
      ...fault(path, "faulty-distiller", hook, kind),
    ];
    await failAndResume(`run-distiller-${kind}-${hook}`, { parameters, code, names });
  });

  it.each([
    ["throw", "propose", "KDF_PLUGIN_THREW", ["faulty-augmenter", "propose"]],
    ["leak", "propose", "KDF_PLUGIN_LEAKED", ["faulty-augmenter", "propose"]],
    ["throw", "sample", "KDF_PLUGIN_THREW", ["faulty-augmenter", "sample"]],
  ] as const)("an augmenter with the fault %s in %s", async (kind, hook, code, names) => {
    const path = place(`augmenter-${kind}-${hook}`);
    const parameters = [...boringExperiment(path), ...pluginParameters(path, "faulty-augmenter"), ...fault(path, "faulty-augmenter", hook, kind)];
    await failAndResume(`run-augmenter-${kind}-${hook}`, { parameters, code, names });
  });

  it("a metric that throws", async () => {
    const path = place("metric");
    const parameters = [
      ...boringExperiment(path, { metrics: ["boring-accuracy", "faulty-metric"] }),
      ...fault(path, "faulty-metric", "observe", "throw"),
    ];
    await failAndResume("run-metric", { parameters, code: "KDF_PLUGIN_THREW", names: ["faulty-metric", "observe"] });
  });
});

describe("a disk that is full", () => {
  it("keeps the last checkpoint, which goes on", async () => {
    const path = join(folder.path, "full");
    mkdirSync(path);
    const experiment = boringExperiment(path, { epochs: 4 });
    const run = join(folder.path, "run-full");
    // A limit on the size of a file stands in for the end of the disk: the system refuses the write all the same.
    const limited = startKdf(["train", ...experiment, "--run-dir", run, "--json"], repository, ["prlimit", "--fsize=12000"]);
    const failed = await limited.finished;
    expect(failed.code).toBe(1);
    expect(errorCode(failed)).toBe("KDF_DISK_FULL");
    expect(failed.output).toContain(run);
    const resumed = await kdf("train", "--resume", run, "--json");
    expect(resumed.code).toBe(0);
  });
});

describe("a worker that dies", () => {
  it("ends the run with its name instead of hanging, and the checkpoint goes on", async () => {
    const path = join(folder.path, "worker");
    mkdirSync(path);
    const run = join(folder.path, "run-worker");
    const experiment = boringExperiment(path, { epochs: 200, workers: 1 });
    // A preload ends every worker thread that prepares batches after a while, as a crash would.
    const preload = join(repository, "test/e2e/kill-worker.mjs");
    const failed = await startKdf(["train", ...experiment, "--run-dir", run, "--json"], repository, ["env", `NODE_OPTIONS=--import=${preload}`]).finished;
    expect(failed.code).toBe(1);
    expect(errorCode(failed)).toBe("KDF_WORKER_DIED");
    expect(existsSync(join(run, "checkpoints", "last", "state.json"))).toBe(true);
  });
});
