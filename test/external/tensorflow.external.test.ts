import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "@kdf/core";
import tensorflow from "@kdf/plugin-tensorflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boringExperiment, errorCode, repository, startKdf, temporaryFolder } from "../e2e/kdf.js";
import { run } from "./cached.js";
import { newerReleases, nodeRelease } from "./node-release.js";
import { networkTests } from "../parity/network-parity.js";
import zoo from "@kdf/plugin-cifar-zoo";
import { doctorChecks, tensorflowInstallation, type TensorflowInstallation } from "./tensorflow-installation.js";

let installation: TensorflowInstallation;
const folder = temporaryFolder();
beforeAll(async () => {
  installation = await tensorflowInstallation("tensorflow");
  // Every network's fixture below runs on the engine, which serves this whole process.
  const context = { cacheDirectory: installation.cacheDirectory } as never;
  const engine = (await tensorflow.provides.engine!["tensorflow"]!.create({ threads: 2, logLevel: 2, deterministic: true }, context)) as Engine;
  expect(await engine.start()).toMatchObject({ id: "tensorflow", device: "cpu", threads: 2, library: expect.stringContaining("TensorFlow 2.21.0") as string });
});
afterAll(() => folder.remove());

const kdf = (cacheDirectory: string, ...parameters: string[]) => startKdf(parameters, repository, ["env", `KDF_CACHE_DIR=${cacheDirectory}`]).finished;

const runWith = (node: string, parameters: readonly string[]) => run("env", [`KDF_CACHE_DIR=${installation.cacheDirectory}`, node, join(repository, "packages/cli/bin/kdf.js"), ...parameters]);
const runNode = (node: string, program: string) => run(node, ["--eval", program]);

describe("kdf engine install tensorflow", () => {
  it("installs from the Python package index, also where two start at once", () => {
    for (const { code, output, messages } of installation.finished) {
      expect(code, messages).toBe(0);
      expect(JSON.parse(output)).toMatchObject({ status: "installed", details: { tensorflow: "2.21.0", project: "tensorflow-cpu" } });
    }
    // One did the work, the other found it done.
    const [first, second] = installation.finished.map(({ output }) => JSON.parse(output) as { details: { installed: string } });
    expect(first!.details.installed).toBe(second!.details.installed);
    expect(readdirSync(join(installation.cacheDirectory, "engines"))).toEqual(["tensorflow"]);
    expect(readdirSync(join(installation.cacheDirectory, "downloads"))).toEqual([]);
  });

  it("again, it is there at once", async () => {
    const { code, seconds, output } = await kdf(installation.cacheDirectory, "engine", "install", "tensorflow", "--json");
    expect([code, (JSON.parse(output) as { status: string }).status]).toEqual([0, "installed"]);
    expect(seconds).toBeLessThan(30);
  });

  it("damage is named by verify and by a training, and an installation mends it", async () => {
    const harmed = mkdtempSync(join(tmpdir(), "kdf-harmed-"));
    try {
      cpSync(join(installation.cacheDirectory, "engines"), join(harmed, "engines"), { recursive: true });
      const addon = join(harmed, "engines/tensorflow/tfjs_binding.node");
      appendFileSync(addon, "x");
      const verified = await kdf(harmed, "engine", "verify", "tensorflow", "--json");
      expect([verified.code, (JSON.parse(verified.output) as { problem: string }).problem]).toEqual([1, expect.stringContaining("tfjs_binding.node has")]);
      truncateSync(addon, 1000);
      const run = join(folder.path, "never");
      const refused = await kdf(harmed, "train", ...boringExperiment(folder.path), "--engine", "tensorflow", "--run-dir", run, "--json");
      expect([refused.code, errorCode(refused)]).toEqual([2, "KDF_ENGINE_NOT_INSTALLED"]);
      // Its own libraries serve as a folder, which needs the headers beside them.
      const without = await kdf(harmed, "engine", "install", "tensorflow", "--set", `folder=${join(harmed, "engines/tensorflow")}`, "--json");
      expect([without.code, errorCode(without)]).toEqual([2, "KDF_INSTALLATION_REFUSED"]);
      const mended = await kdf(harmed, "engine", "install", "tensorflow", "--json");
      expect(mended.code, mended.messages).toBe(0);
      expect((await kdf(harmed, "engine", "verify", "tensorflow", "--json")).code).toBe(0);
      expect((await kdf(harmed, "engine", "remove", "tensorflow", "--json")).code).toBe(0);
      expect(readdirSync(join(harmed, "engines"))).toEqual([]);
    } finally {
      rmSync(harmed, { recursive: true });
    }
  });
});

describe("kdf train --engine tensorflow", () => {
  const place = (name: string): string => join(folder.path, name);
  const train = (name: string, engine = "tensorflow"): string[] => ["train", ...boringExperiment(folder.path), "--engine", engine, "--run-dir", place(name), "--json"];
  const weights = (name: string): Buffer[] => {
    const last = join(place(name), "checkpoints/last");
    return readdirSync(last).filter((file) => file.endsWith(".safetensors")).sort().map((file) => readFileSync(join(last, file)));
  };

  it("ends at the same weights again, and learns what the reference engine learns", async () => {
    const results = await Promise.all(
      [["a", "tensorflow"], ["b", "tensorflow"], ["c", "cpu"]].map(async ([name, engine]) => {
        const { code, messages, output } = await kdf(installation.cacheDirectory, ...train(name!, engine));
        expect(code, messages).toBe(0);
        return (JSON.parse(output) as { test: { last: Record<string, number> } }).test.last;
      }),
    );
    expect(results[1]).toEqual(results[0]);
    expect(weights("b")).toEqual(weights("a"));
    expect(results[2]!["accuracy"]).toBeCloseTo(results[0]!["accuracy"]!, 1);
  });

  it("stops where the addon refuses an operation, names both, and goes on from its checkpoint to the same bits", async () => {
    const preload = `--import=${join(repository, "test/external/fail-operation.mjs")}`;
    const variables = ["env", `KDF_CACHE_DIR=${installation.cacheDirectory}`, `NODE_OPTIONS=${preload}`, `RUN=${place("failing")}`];
    const failed = await startKdf(train("failing"), repository, variables).finished;
    expect([failed.code, errorCode(failed)], failed.messages).toEqual([1, "KDF_ENGINE_FAILED"]);
    expect(failed.output).toContain("The engine tensorflow failed in Conv2DBackpropFilter: ");
    const resumed = await kdf(installation.cacheDirectory, "train", "--resume", place("failing"), "--json");
    expect(resumed.code, resumed.messages).toBe(0);
    expect(weights("failing")).toEqual(weights("a"));
  });

  it("takes the same steps on newer releases of Node, which lack functions that TensorFlow.js calls", async () => {
    for (const release of newerReleases) {
      const node = await nodeRelease(release);
      const output = await runWith(node, train(release));
      expect(JSON.parse(output), release).toMatchObject({ status: "finished" });
      expect(weights(release), release).toEqual(weights("a"));
    }
    const lacks = await runNode(await nodeRelease(newerReleases.at(-1)!), "process.stdout.write(typeof require('node:util').isNullOrUndefined)");
    expect(lacks).toBe("undefined");
  });
});

describe("kdf doctor", () => {
  it("starts the engine, and tells what libtensorflow makes of the processor", async () => {
    const checks = await doctorChecks("tensorflow", installation.cacheDirectory, folder.path);
    expect(checks.get("engine:tensorflow")).toMatchObject({ status: "ok", text: expect.stringContaining("native: cpu") as string });
    const processor = checks.get("installation:tensorflow:processor");
    expect(processor).toMatchObject({ status: "ok", text: expect.stringMatching(/^tensorflow: the processor has .*AVX.*libtensorflow is built for/) as string });
    expect(processor!.details.built).toContain("AVX");
  });
});

describe("the zoo equals PyTorch", () => {
  for (const id of Object.keys(zoo.provides.network!)) networkTests(id);
});
