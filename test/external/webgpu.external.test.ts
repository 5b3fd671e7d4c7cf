import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineReport } from "@kdf/core";
import { describeEngines, type EngineUnderTest } from "@kdf/testing";
import { afterAll, describe, expect, it, test } from "vitest";
import { boringExperiment, errorCode, processorSeconds, repository, startKdf, temporaryFolder, timed, type Finished } from "../e2e/kdf.js";
import { run } from "./cached.js";
import { newerReleases, nodeRelease } from "./node-release.js";
import { softwareVulkan } from "./software-vulkan.js";

const { environment, remove } = await softwareVulkan();
const folder = temporaryFolder();
afterAll(() => {
  remove();
  folder.remove();
});

type Environment = Readonly<Record<string, string>>;
const assignments = (variables: Environment): string[] => Object.entries(variables).map(([name, value]) => `${name}=${value}`);
const kdf = (parameters: readonly string[], variables: Environment = environment, directory = repository): Promise<Finished> =>
  startKdf(parameters, directory, ["env", ...assignments(variables), ...timed]).finished;

const experiment = [...boringExperiment(folder.path, { epochs: 1 }), "--engine", "webgpu"];
const train = (name: string, ...more: string[]): string[] => ["train", ...experiment, "--run-dir", join(folder.path, name), "--json", ...more];
const weights = (name: string): Buffer[] => {
  const last = join(folder.path, name, "checkpoints/last");
  return readdirSync(last).filter((file) => file.endsWith(".safetensors")).sort().map((file) => readFileSync(join(last, file)));
};
const report = (name: string): EngineReport => (JSON.parse(readFileSync(join(folder.path, name, "run.json"), "utf8")) as { engine: EngineReport }).engine;

const engine: EngineUnderTest = { plugin: new URL(import.meta.resolve("@kdf/plugin-webgpu")), id: "webgpu" };
for (const check of describeEngines([{ ...engine, environment }])) test(check.name, check.run);

it("sums a filter's gradient over many rows almost exactly", async () => {
  const errors = await run("env", [...assignments(environment), process.execPath, join(repository, "test/external/filter-gradient-webgpu.mjs")]);
  for (const error of JSON.parse(errors) as number[]) expect(error).toBeLessThan(5e-7);
});

describe("kdf train --engine webgpu", () => {
  it("trains, ends by itself, and names what it ran on", async () => {
    const { code, messages, output } = await kdf(train("whole"));
    expect(code, messages).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ status: "finished", test: { last: { accuracy: 1 } } });
    expect(report("whole")).toMatchObject({ device: "SwiftShader Device (Subzero)", features: ["vulkan", expect.stringMatching(/^SwiftShader driver \d/), "software"] });
    expect(messages.replaceAll(/\s+/g, " ")).toContain("warning: webgpu found no GPU but SwiftShader Device (Subzero), which computes on the processor");
  });

  it("stops where the GPU is lost, says so, and goes on from its checkpoint to the same bits", async () => {
    const lost = join(folder.path, "lost");
    const preload = `--import=${join(repository, "test/external/lose-gpu.mjs")}`;
    const finished = await kdf(train("lost"), { ...environment, NODE_OPTIONS: preload, RUN: lost });
    expect([finished.code, errorCode(finished)]).toEqual([1, "KDF_ENGINE_FAILED"]);
    expect(finished.output).toMatch(/The engine webgpu failed in \w+: the GPU is lost to this process \(device was destroyed\)/);
    const resumed = await kdf(["train", "--resume", lost, "--json"]);
    expect(resumed.code, resumed.messages).toBe(0);
    expect(weights("lost")).toEqual(weights("whole"));
  });

  it(`trains to the same bits on Node ${newerReleases.join(" and ")}`, async () => {
    await Promise.all(newerReleases.map(async (release) => {
      const node = await nodeRelease(release);
      const output = await run("env", [...assignments(environment), node, join(repository, "packages/cli/bin/kdf.js"), ...train(release)]);
      expect(JSON.parse(output)).toMatchObject({ status: "finished" });
      expect(weights(release)).toEqual(weights("whole"));
    }));
  });
});

describe("without a GPU", () => {
  it("a training is refused within 2 s for want of a driver, before it makes anything", async () => {
    const finished = await kdf(train("never"), { ...environment, VK_DRIVER_FILES: "/nowhere.json" });
    expect([finished.code, errorCode(finished)]).toEqual([2, "KDF_ENGINE_DEVICE_MISSING"]);
    for (const name of ["VK_DRIVER_FILES", "/nowhere.json", "--engine wasm"]) expect(finished.output).toContain(name);
    expect(processorSeconds(finished)).toBeLessThan(2);
    expect(existsSync(join(folder.path, "never"))).toBe(false);
  });

  it("one that is asked for by name is refused with the names that there are", async () => {
    const finished = await kdf(train("never", "--set", "webgpu.adapter=GeForce"));
    expect([finished.code, errorCode(finished)]).toEqual([2, "KDF_ENGINE_DEVICE_MISSING"]);
    expect(finished.output).toContain("SwiftShader Device (Subzero)");
    expect(existsSync(join(folder.path, "never"))).toBe(false);
  });

  it("kdf doctor notes what is missing, and names a driver in software", async () => {
    // A project with this engine alone.
    const project = join(folder.path, "project");
    mkdirSync(project);
    symlinkSync(join(repository, "node_modules"), join(project, "node_modules"), "dir");
    writeFileSync(join(project, "package.json"), JSON.stringify({ dependencies: { "@kdf/cli": "*", "@kdf/plugin-webgpu": "*" } }));
    const doctor = async (variables: Environment): Promise<unknown> => {
      const { output } = await kdf(["doctor", "--json"], variables, project);
      return (JSON.parse(output) as { checks: { id: string }[] }).checks.find(({ id }) => id === "engine:webgpu");
    };
    const [without, software] = [await doctor({ ...environment, VK_DRIVER_FILES: "/nowhere.json" }), await doctor(environment)];
    expect(without).toMatchObject({ status: "note", text: expect.stringContaining("VK_DRIVER_FILES") as string, fix: expect.stringContaining("--engine wasm") as string });
    expect(software).toMatchObject({ status: "note", text: expect.stringContaining("SwiftShader Device (Subzero)") as string });
  });
});

// Skipped, and so listed by name, where this machine's own Vulkan finds no GPU.
const own = await run(process.execPath, [join(repository, "test/external/report-webgpu.mjs")]).then((printed) => JSON.parse(printed) as EngineReport, () => undefined);

describe.runIf(own?.features.includes("software") === false)("on a GPU", () => {
  it("gives what the reference engine gives: every operation and whole training steps", async () => {
    for (const check of describeEngines([engine])) await check.run();
  });

  it("trains, and names the GPU and its driver", async () => {
    const { code, messages } = await kdf(train("gpu"), {});
    expect(code, messages).toBe(0);
    expect(report("gpu").device).toBe(own!.device);
    expect(messages).not.toContain("computes on the processor");
  });

  it("trains to the same bits again", async () => {
    expect((await kdf(train("gpu-again"), {})).code).toBe(0);
    expect(weights("gpu-again")).toEqual(weights("gpu"));
  });
});
