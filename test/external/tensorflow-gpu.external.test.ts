import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineReport } from "@kdf/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boringExperiment, repository, startKdf, temporaryFolder, type Finished } from "../e2e/kdf.js";
import { doctorChecks, tensorflowInstallation } from "./tensorflow-installation.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());
let cacheDirectory: string;
beforeAll(async () => {
  ({ cacheDirectory } = await tensorflowInstallation("tensorflow-gpu"));
});

const train = (name: string): Promise<Finished> =>
  startKdf(["train", ...boringExperiment(folder.path), "--engine", "tensorflow-gpu", "--run-dir", join(folder.path, name), "--json"], repository, ["env", `KDF_CACHE_DIR=${cacheDirectory}`]).finished;
const report = (name: string): EngineReport => (JSON.parse(readFileSync(join(folder.path, name, "run.json"), "utf8")) as { engine: EngineReport }).engine;
/** What NVIDIA's kernel module says of itself. */
const hasDriver = existsSync("/proc/driver/nvidia/version");

describe.skipIf(hasDriver)("tensorflow-gpu without a GPU", () => {
  it("says so, computes on the processor, and the run's record names the device", async () => {
    const { code, messages } = await train("processor");
    expect(code, messages).toBe(0);
    expect(messages.replaceAll(/\s+/g, " ")).toContain("warning: tensorflow-gpu found no GPU that it can use, and computes on the processor");
    expect(report("processor")).toMatchObject({ id: "tensorflow-gpu", tier: "native", device: "cpu" });
  });

  it("kdf doctor names the driver and each CUDA library that is wanted, and the command that brings them", async () => {
    const checks = await doctorChecks("tensorflow-gpu", cacheDirectory, folder.path);
    expect(checks.get("engine:tensorflow-gpu")).toMatchObject({ status: "note", text: expect.stringContaining("found no GPU that it can use") as string });
    expect(checks.get("installation:tensorflow-gpu:driver")).toMatchObject({ status: "note", text: expect.stringContaining("libcuda.so.1") as string });
    const cuda = checks.get("installation:tensorflow-gpu:cuda");
    for (const soname of ["libcudart.so.12", "libcublas.so.12", "libcudnn.so.9"]) expect(cuda?.details.wanted).toHaveProperty([soname]);
  });
});

// Skipped, and so listed by name, where there is no NVIDIA GPU. The installation takes the machine's CUDA libraries.
describe.runIf(hasDriver)("tensorflow-gpu on a GPU", () => {
  it("trains on it, and the run's record says so", async () => {
    const { code, messages } = await train("gpu");
    expect(code, messages).toBe(0);
    expect(report("gpu")).toMatchObject({ tier: "gpu", device: "gpu" });
  });

  it("finds each CUDA library that it wants", async () => {
    expect((await doctorChecks("tensorflow-gpu", cacheDirectory, folder.path)).get("installation:tensorflow-gpu:cuda")).toMatchObject({ status: "ok" });
  });
});
