import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cudaLibraries } from "../cuda/cuda-libraries.js";
import type { MachineLibraries } from "../cuda/machine-libraries.js";
import { examineCuda } from "./cuda.js";
import { demandAvx, examineProcessor, processorInstructions } from "./processor.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-examination-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the processor", () => {
  it("is told by /proc/cpuinfo", async () => {
    const file = join(folder, "cpuinfo");
    writeFileSync(file, "processor\t: 0\nflags\t\t: fpu sse4_2 avx avx2 fma avx512f avxother\n\nprocessor\t: 1\nflags\t\t: none\n");
    expect(await processorInstructions(file)).toEqual(["SSE4.2", "AVX", "AVX2", "FMA", "AVX512F"]);
    expect(await processorInstructions(join(folder, "none"))).toEqual([]);
  });

  // TensorFlow 2.21.0's own words.
  const messages = "I0000 00:00:1795533085.094651   25266 cpu_feature_guard.cc:227] This TensorFlow binary is optimized to use available CPU instructions in performance-critical operations.\nTo enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow with the appropriate compiler flags.\n";

  it("has more than libtensorflow was built for", () => {
    expect(examineProcessor(["SSE4.2", "AVX", "AVX2", "FMA"], messages)).toMatchObject({
      status: "ok",
      text: "the processor has SSE4.2, AVX, AVX2, FMA; libtensorflow is built for AVX; oneDNN in it uses AVX2, FMA too",
      details: { built: ["SSE4.2", "AVX"], unused: ["AVX2", "FMA"] },
    });
    expect(examineProcessor(["SSE4.2", "AVX"], "")?.text).toContain("is built for all of them");
  });

  it("that lacks AVX is said before anything is installed; on arm64 nothing is", () => {
    expect(examineProcessor(["SSE4.2"], undefined)).toMatchObject({ status: "note", text: expect.stringContaining("no AVX") as string, fix: expect.stringContaining("--engine wasm") as string });
    expect(examineProcessor([], messages)).toBeUndefined();
    expect(() => demandAvx("tensorflow", ["SSE4.2"])).toThrow(expect.objectContaining({ code: "KDF_INSTALLATION_REFUSED", message: expect.stringContaining("no AVX") as string }));
    for (const present of [[], ["SSE4.2", "AVX"]]) demandAvx("tensorflow", present);
  });
});

describe("CUDA", () => {
  const put = (place: string, ...names: string[]): void => {
    mkdirSync(place, { recursive: true });
    for (const name of names) writeFileSync(join(place, name), "");
  };
  const machine = (more: Partial<MachineLibraries> = {}): MachineLibraries => ({ loaderFolders: [], loaderCache: new Map(), toolkitFolders: [], pythonFolders: [], ...more });
  const examine = (of: MachineLibraries) => examineCuda({ id: "tensorflow-gpu", tensorflow: "2.21.0", directory: join(folder, "installation"), machine: of, driverFile: join(folder, "version") });

  it("on a machine without a GPU: no driver, and each library that is wanted by its name", async () => {
    const [driver, cuda] = await examine(machine());
    expect(driver).toMatchObject({ id: "driver", status: "note", text: expect.stringContaining("libcuda.so.1 is not found") as string });
    expect(cuda).toMatchObject({ id: "cuda", status: "note", fix: "npx kdf engine install tensorflow-gpu --set cuda=fetch brings them all (2.8 GB)" });
    for (const { soname } of cudaLibraries("2.21.0")) expect(cuda!.text).toContain(soname);
  });

  it("with the driver, the installation's own libraries and one of the loader's", async () => {
    writeFileSync(join(folder, "version"), "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n");
    put(join(folder, "system"), "libcuda.so.1", "libcudart.so.12");
    for (const { soname, component } of cudaLibraries("2.21.0").slice(1, 7)) put(join(folder, "installation/nvidia", component, "lib"), soname);
    const [driver, cuda] = await examine(machine({ loaderFolders: [join(folder, "system")] }));
    expect(driver).toMatchObject({ status: "ok", text: `NVIDIA's driver 550.54.15: ${join(folder, "system/libcuda.so.1")}` });
    expect(cuda).toMatchObject({ status: "ok", text: expect.stringContaining("not found libcupti.so.12 (optional), libnccl.so.2 (optional)") as string });
    expect(cuda!.details).toMatchObject({ wanted: { "libcudart.so.12": join(folder, "system/libcudart.so.12"), "libnccl.so.2": null } });
  });

  it("that stands where the loader does not look is told with the variable that leads it there", async () => {
    put(join(folder, "toolkit"), "libcudart.so.12");
    const [, cuda] = await examine(machine({ toolkitFolders: [join(folder, "toolkit")] }));
    expect(cuda!.fix).toContain(`LD_LIBRARY_PATH=${join(folder, "toolkit")} leads`);
  });

  it("of TensorFlow before 2.18 has cuDNN 8", () => {
    expect(cudaLibraries("2.17.1").map(({ soname }) => soname)).toContain("libcudnn.so.8");
    expect(cudaLibraries("2.18.0").map(({ soname }) => soname)).toContain("libcudnn.so.9");
  });
});
