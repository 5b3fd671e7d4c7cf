import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serveIndex, type PackageIndex } from "../testing/serve-index.js";
import { cudaMetadata, cudaWheelFiles, writeCudaWheels } from "../testing/write-cuda-wheels.js";
import { writeWheel } from "../testing/write-wheel.js";
import { chooseCudaWheels, cudaRequirements, fetchCudaWheels, unpackCudaWheels } from "./cuda-wheels.js";

const metadata = cudaMetadata.join("\n");
const requirements = cudaRequirements("tensorflow-gpu", metadata, "linux x64");
let folder: string;
let wheels: string;
let index: PackageIndex;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kdf-cuda-"));
  wheels = join(folder, "wheels");
  mkdirSync(wheels);
  await writeCudaWheels(wheels);
  index = await serveIndex(wheels);
});
afterEach(() => {
  index.close();
  rmSync(folder, { recursive: true });
});

const refusal = (text: string) => expect.objectContaining({ code: "KDF_INSTALLATION_REFUSED", message: expect.stringContaining(text) as string }) as Error;
const fetchAll = (wanted = requirements) => fetchCudaWheels(wanted, { index: index.url, platform: "linux x64", downloads: join(folder, "downloads"), onProgress: () => {} });
const unpack = (files: readonly string[]) => unpackCudaWheels(files, join(folder, "made"), { platform: "linux x64", onProgress: () => {} });

describe("NVIDIA's wheels", () => {
  it("are the newest that TensorFlow's METADATA admits, and only their libraries and ptxas are taken", async () => {
    const files = await fetchAll();
    expect(files).toEqual(cudaWheelFiles.map((file) => join(folder, "downloads", file)));
    expect(await unpack(files)).toEqual(["nvidia-cudart-cu12 12.9.1", "nvidia-rest-cu12 12.5.1"]);
    const made = readdirSync(join(folder, "made/nvidia"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(made.sort()).toEqual(["libcublas.so.12", "libcublasLt.so.12", "libcudart.so.12", "libcudnn.so.9", "libcufft.so.11", "libcupti.so.12", "libcusolver.so.11", "libcusparse.so.12", "libnccl.so.2", "ptxas"]);
    expect(readFileSync(join(folder, "made/nvidia/cuda_runtime/lib/libcudart.so.12"), "utf8")).toBe("new".repeat(1000));
    expect(statSync(join(folder, "made/nvidia/cuda_nvcc/bin/ptxas")).mode & 0o111).toBe(0o111);
  });

  it("go on where a connection broke, and what is there is not fetched again", async () => {
    index.breakOnce(cudaWheelFiles[0], join(folder, "downloads", `${cudaWheelFiles[0]}.part`));
    await fetchAll();
    const of = (file: string) => index.requests.filter((request) => request.includes(file));
    expect(of(cudaWheelFiles[0])).toEqual([`/files/${cudaWheelFiles[0]}`, expect.stringMatching(/ bytes=\d+-$/)]);
    await fetchAll();
    expect(of("/files/")).toHaveLength(3);
  });

  it("with other bytes than the index says are refused", async () => {
    index.alter(cudaWheelFiles[1]);
    await expect(fetchAll()).rejects.toMatchObject({ code: "KDF_DATA_CHECKSUM_WRONG" });
  });

  it("are all looked for before the first is fetched", async () => {
    await expect(fetchAll([...requirements, { project: "nvidia-cudart-cu12", specifier: ">=14" }])).rejects.toEqual(refusal("nvidia-cudart-cu12 >=14"));
    expect(index.requests.filter((request) => request.includes("/files/"))).toEqual([]);
    index.close();
    await expect(fetchAll()).rejects.toMatchObject({ code: "KDF_DOWNLOAD_FAILED", explanation: { fix: expect.stringContaining("pip download --no-deps -d FOLDER 'nvidia-cudart-cu12<13.0,>=12.5' 'nvidia-rest-cu12==12.5.1'") as string } });
  });
});

describe("a folder of wheels", () => {
  it("serves without an index; of several versions the newest that fits, or the newest where none is named", async () => {
    expect(await chooseCudaWheels("tensorflow-gpu", wheels, requirements, "linux x64")).toEqual(cudaWheelFiles.map((file) => join(wheels, file)));
    expect((await chooseCudaWheels("tensorflow-gpu", wheels, undefined, "linux x64"))[0]).toContain("13.0.0");
  });

  it("that lacks one is refused by name, with the line that fetches it", async () => {
    rmSync(join(wheels, cudaWheelFiles[1]));
    await expect(chooseCudaWheels("tensorflow-gpu", wheels, requirements, "linux x64")).rejects.toMatchObject({
      code: "KDF_INSTALLATION_REFUSED",
      explanation: { fix: `pip download --no-deps -d ${wheels} 'nvidia-rest-cu12==12.5.1'` },
    });
    await expect(chooseCudaWheels("tensorflow-gpu", wheels, requirements, "linux arm64")).rejects.toEqual(refusal("no wheel for linux arm64"));
  });

  it("with a wheel that is truncated, altered or of another platform is refused", async () => {
    const file = join(folder, "nvidia_x-1-py3-none-manylinux2014_x86_64.whl");
    copyFileSync(join(wheels, cudaWheelFiles[1]), file);
    truncateSync(file, statSync(file).size - 30);
    await expect(unpack([file])).rejects.toEqual(refusal("nvidia_x"));
    await writeWheel(file, { project: "nvidia-x", version: "1", files: { "nvidia/x/lib/libx.so.1": "x" }, recorded: { "nvidia/x/lib/libx.so.1": "y" } });
    await expect(unpack([file])).rejects.toEqual(refusal("libx.so.1 is not what the wheel's RECORD says"));
    await writeWheel(file, { project: "nvidia-x", version: "1", tags: ["py3-none-win_amd64"] });
    await expect(unpack([file])).rejects.toEqual(refusal("win_amd64"));
    expect(existsSync(join(folder, "made/nvidia/x/lib/libx.so.2"))).toBe(false);
  });
});

describe("a wheel of TensorFlow", () => {
  it.each([
    ["that names no CUDA", "Requires-Dist: absl-py", "no extra and-cuda"],
    ["whose METADATA is odd", "Requires-Dist: x ; extra ==", "not understood"],
    ["that is none", undefined, "does not state"],
  ])("%s is refused, with the way without", (_, text, problem) => {
    expect(() => cudaRequirements("tensorflow-gpu", text, "linux x64")).toThrow(refusal(problem));
  });
});
