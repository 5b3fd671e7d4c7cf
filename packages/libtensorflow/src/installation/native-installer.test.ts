import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { InstallationProgress } from "@kdf/core";
import { InstallationFolder } from "@kdf/data";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { serveIndex, type PackageIndex } from "../testing/serve-index.js";
import { writeCompiler } from "../testing/write-compiler.js";
import { cudaMetadata, cudaWheelFiles, writeCudaWheels } from "../testing/write-cuda-wheels.js";
import { writeWheel } from "../testing/write-wheel.js";
import { cudaInstallerOptions, installerOptions, NativeInstaller, type NativeTarget } from "./native-installer.js";

let folder: string;
let target: NativeTarget;
let wheel: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kdf-installer-"));
  target = {
    id: "tensorflow",
    project: "tensorflow-cpu",
    part: { package: "@tensorflow/tfjs-node", version: "4.22.0" },
    module: writePart(),
    cacheDirectory: join(folder, "cache"),
  };
  wheel = join(folder, "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl");
  await writeWheel(wheel);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A project where the JavaScript part is installed, as small as can be. */
function writePart(): string {
  const place = join(folder, "project/node_modules/@tensorflow/tfjs-node");
  for (const name of ["dist", "binding"]) mkdirSync(join(place, name), { recursive: true });
  writeFileSync(join(place, "package.json"), '{"name":"@tensorflow/tfjs-node","version":"4.22.0"}');
  writeFileSync(join(place, "dist/index.js"), "");
  for (const name of ["backend", "binding"]) writeFileSync(join(place, `binding/tfjs_${name}.cc`), `int ${name};\n`);
  return pathToFileURL(join(folder, "project/index.js")).href;
}

const installer = (options: Record<string, unknown> = {}): NativeInstaller => new NativeInstaller(target, installerOptions.parse(options));
const install = (options: Record<string, unknown>): Promise<unknown> => installer(options).install(() => {});

/** Stands for an installation that works. */
async function installBefore(): Promise<string> {
  const { directory } = await new InstallationFolder(target).install({
    bytes: 0,
    wanted: { tensorflow: "2.20.0" },
    make: async (made) => {
      writeFileSync(join(made, "libtensorflow_cc.so.2"), "the library");
      return {};
    },
  });
  return directory;
}

describe("refused before anything is written", () => {
  it.each([
    ["no compiler", {}, { CXX: "no-such-compiler" }, "no C++ compiler (no-such-compiler)", "CXX"],
    ["a wheel that is not there", { wheel: "nowhere.whl" }, {}, "no such file", "leave --set wheel=FILE out"],
    ["a folder without the library", { folder: tmpdir() }, {}, "holds no libtensorflow_cc.so.2", "leave --set folder=FOLDER out"],
    ["two sources", { folder: tmpdir(), wheel: "x.whl" }, {}, "wheel and folder are both given", "leave one out"],
    ["an archive that is not there", { archive: "nowhere.tar.gz" }, {}, "nowhere.tar.gz is no file", "leave it out"],
    ["a sum of nothing", { sha256: "0".repeat(64) }, {}, "no file that has it", "leave --set sha256=SUM out"],
  ])("%s", async (_, options, environment, problem, fix) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    await expect(install(Object.keys(options).length > 0 ? options : { wheel })).rejects.toMatchObject({
      code: "KDF_INSTALLATION_REFUSED",
      explanation: { happened: expect.stringContaining(problem) as string, fix: expect.stringContaining(fix) as string },
    });
    expect(existsSync(target.cacheDirectory)).toBe(false);
  });
});

describe("an installation that fails", { timeout: 30_000 }, () => {
  // The small wheel's libraries are text: the linker refuses them.
  it("says what the compiler said, leaves what was there, and nothing of itself", async () => {
    const directory = await installBefore();
    await expect(install({ wheel })).rejects.toMatchObject({
      code: "KDF_INSTALLATION_FAILED",
      explanation: { happened: expect.stringMatching(/compiling the addon failed: .*(error|No such file)/s) as string },
    });
    expect(await installer().verify()).toMatchObject({ status: "installed", details: { tensorflow: "2.20.0" } });
    expect(readdirSync(join(directory, ".."))).toEqual(["tensorflow"]);
  });

  it("clears away what a killed attempt left", async () => {
    const directory = await installBefore();
    mkdirSync(join(directory, "../.tensorflow.killed/javascript"), { recursive: true });
    await expect(install({ wheel })).rejects.toThrow();
    expect(readdirSync(join(directory, ".."))).toEqual(["tensorflow"]);
  });

  it("an addon that cannot be loaded is named", async () => {
    vi.stubEnv("CXX", writeCompiler(folder, { addon: false }));
    await expect(install({ wheel })).rejects.toMatchObject({
      code: "KDF_INSTALLATION_FAILED",
      explanation: { happened: expect.stringContaining("loading what was built failed") as string },
    });
    expect(await installer().state()).toMatchObject({ status: "absent" });
  });
});

describe("an installation that is complete", { timeout: 30_000 }, () => {
  const compilers = mkdtempSync(join(tmpdir(), "kdf-installer-compiler-"));
  afterAll(() => rmSync(compilers, { recursive: true }));
  const wheels = () => join(folder, "wheels");
  const cuda = () => ({ ...target, id: "tensorflow-gpu", project: "tensorflow-cpu" });
  let index: PackageIndex;
  beforeEach(async () => {
    vi.stubEnv("CXX", writeCompiler(compilers));
    mkdirSync(wheels());
    const file = "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl";
    await writeWheel(join(wheels(), file), { metadata: cudaMetadata });
    copyFileSync(join(wheels(), file), wheel);
    await writeCudaWheels(wheels());
    index = await serveIndex(wheels());
  });
  afterEach(() => index.close());
  const gpu = (options: Record<string, unknown>, onProgress: (progress: InstallationProgress) => void = () => {}) =>
    new NativeInstaller(cuda(), cudaInstallerOptions.parse(options)).install(onProgress);

  it("has the libraries, the addon and CUDA where RUNPATH leads, and keeps no download", async () => {
    const steps = new Set<string>();
    const { directory, details, status } = await gpu({ index: index.url, cuda: "fetch" }, ({ step }) => steps.add(step));
    expect(status).toBe("installed");
    expect(details).toMatchObject({ tensorflow: "9.9.9", compiler: "compiler 1", cuda: "fetch", cudaLibraries: "nvidia-cudart-cu12 12.9.1, nvidia-rest-cu12 12.5.1" });
    expect(readdirSync(directory).sort()).toEqual(["installation.json", "javascript", "lib", "nvidia", "tfjs_binding.node"]);
    expect(readFileSync(join(directory, "lib/libtensorflow_cc.so.2"), "utf8")).toBe("the library");
    expect(existsSync(join(directory, "lib/../nvidia/cudnn/lib/libcudnn.so.9"))).toBe(true);
    expect(readdirSync(join(target.cacheDirectory, "downloads"))).toEqual([]);
    expect([...steps].filter((step) => step.startsWith("fetching"))).toEqual(["fetching tensorflow-cpu 2.21.0", "fetching nvidia-cudart-cu12 12.9.1 (1 of 2)", "fetching nvidia-rest-cu12 12.5.1 (2 of 2)"]);
  });

  it("needs no server with a wheel and a folder of wheels; again it is there at once, and with another choice it is made anew", async () => {
    index.close();
    const first = await gpu({ wheel, cuda: wheels() });
    expect(first.details).toMatchObject({ source: "wheel", cuda: wheels() });
    expect((await gpu({ wheel, cuda: wheels() })).details["installed"]).toBe(first.details["installed"]);
    const other = await gpu({ wheel });
    expect(other.details["cuda"]).toBe("system");
    expect(existsSync(join(other.directory, "nvidia"))).toBe(false);
  });

  it("goes on with what an attempt that failed fetched, and remove clears that away", async () => {
    index.alter(cudaWheelFiles[1]);
    await expect(gpu({ index: index.url, cuda: "fetch" })).rejects.toMatchObject({ code: "KDF_DATA_CHECKSUM_WRONG" });
    const downloads = join(target.cacheDirectory, "downloads/tensorflow-gpu");
    expect(readdirSync(downloads).sort()).toEqual([cudaWheelFiles[0], "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl"]);
    const fetched = index.requests.filter((request) => request.includes(cudaWheelFiles[0])).length;
    await expect(gpu({ index: index.url, cuda: "fetch" })).rejects.toThrow();
    expect(index.requests.filter((request) => request.includes(cudaWheelFiles[0])).length).toBe(fetched);
    expect(await new NativeInstaller(cuda(), installerOptions.parse({})).remove()).toBe(false);
    expect(existsSync(downloads)).toBe(false);
  });

  it("is refused before anything is fetched where CUDA's folder lacks a wheel, or the wheel has another sum", async () => {
    rmSync(join(wheels(), cudaWheelFiles[1]));
    await expect(gpu({ wheel, cuda: wheels() })).rejects.toThrow("no wheel for linux x64 of nvidia-rest-cu12==12.5.1");
    await expect(gpu({ index: index.url, cuda: join(folder, "none") })).rejects.toThrow("there is no folder");
    expect(index.requests).toEqual([]);
    await expect(gpu({ wheel, sha256: "0".repeat(64) })).rejects.toMatchObject({ code: "KDF_DATA_CHECKSUM_WRONG" });
    expect(existsSync(target.cacheDirectory)).toBe(false);
  });
});

it("removes what there is, and says whether there was any", async () => {
  const directory = await installBefore();
  expect(await installer().remove()).toBe(true);
  expect(existsSync(directory)).toBe(false);
  expect(await installer().remove()).toBe(false);
});
