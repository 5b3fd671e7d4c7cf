import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { installationRefused, type InstallationProgress } from "@kdf/core";
import { download } from "@kdf/data";
import { platformOf, type Platform } from "../wheel/platform.js";
import { requirementsOfExtra, type Requirement } from "../wheel/requirement.js";
import { compareVersions, satisfies } from "../wheel/version.js";
import { Wheel, type Selection } from "../wheel/wheel-file.js";
import { findWheel, statedBy } from "../wheel/wheel-index.js";

/** The extra of TensorFlow's wheel that names NVIDIA's. */
const extra = "and-cuda";

/** Libraries, and what TensorFlow calls of the compiler, as `nvidia/` of a Python environment has them. */
const wanted: Selection = (name) =>
  /^nvidia\/[^/]+\/lib\/[^/]+\.so[.\d]*$|^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/libdevice\.10\.bc)$/.test(name) ? name : undefined;

/** NVIDIA's wheels that a wheel of TensorFlow names; KDF_INSTALLATION_REFUSED where it names none. */
export function cudaRequirements(name: string, metadata: string | undefined, platform: Platform): Requirement[] {
  const refused = (problem: string): Error =>
    installationRefused({
      name: `CUDA for ${name}`,
      problem,
      expected: `a wheel of tensorflow 2.15 or later, whose extra ${extra} names NVIDIA's wheels`,
      fix: "leave --set cuda=fetch out: then the CUDA libraries of this machine are used",
    });
  if (metadata === undefined) throw refused("this source of libtensorflow does not state which CUDA it wants");
  let requirements: Requirement[];
  try {
    requirements = requirementsOfExtra(metadata, { machine: platform === "linux x64" ? "x86_64" : "aarch64", extra, python: "3.12" });
  } catch (error) {
    throw refused(`its METADATA cannot be read: ${(error as Error).message}`);
  }
  if (requirements.length === 0) throw refused(`its METADATA has no extra ${extra}`);
  return requirements;
}

export interface CudaDownload {
  readonly index: string;
  readonly platform: Platform;
  /** Where what is fetched stays until the installation is complete. */
  readonly downloads: string;
  readonly onProgress: (progress: InstallationProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Fetches the newest wheels that the requirements admit, all found before the first is fetched. Returns the files. */
export async function fetchCudaWheels(requirements: readonly Requirement[], { index, platform, downloads, onProgress, signal }: CudaDownload): Promise<string[]> {
  onProgress({ step: "looking for NVIDIA's wheels" });
  const words = requirements.map(({ project, specifier }) => `'${project}${specifier}'`).join(" ");
  const fix = {
    version: "name another version of TensorFlow (--set version=VERSION), or use the CUDA libraries of this machine (--set cuda=system)",
    index: `check the connection and try again; or fetch them elsewhere (pip download --no-deps -d FOLDER ${words}), then --set cuda=FOLDER`,
  };
  const found = await Promise.all(requirements.map(({ project, specifier }) => findWheel({ index, project, specifier, fix }, platform)));
  const files: string[] = [];
  for (const [at, { filename, version, url, sha256, size }] of found.entries()) {
    const step = `fetching ${requirements[at]!.project} ${version} (${at + 1} of ${found.length})`;
    files.push(
      await download({
        urls: [url],
        file: filename,
        sha256,
        ...(size !== undefined && { size }),
        cacheDirectory: downloads,
        onProgress: ({ bytes, total }) => onProgress({ step, bytes, ...(total !== undefined && { total }) }),
        fix: `check the connection and try again: what was fetched is kept; or ${fix.index.split("; or ")[1]!}`,
        ...(signal && { signal }),
      }),
    );
  }
  return files;
}

/** NVIDIA's wheels in a folder: those that fit the requirements, all where none are known. KDF_INSTALLATION_REFUSED. */
export async function chooseCudaWheels(name: string, folder: string, requirements: readonly Requirement[] | undefined, platform: Platform): Promise<string[]> {
  const wheels = (await readdir(folder)).flatMap((file) => {
    const stated = statedBy(file);
    return stated !== undefined && platformOf(file) === platform ? [{ file, ...stated }] : [];
  });
  const newest = (project: string, specifier: string): string | undefined =>
    wheels.filter((wheel) => wheel.project === project && satisfies(wheel.version, specifier)).sort((a, b) => compareVersions(b.version, a.version))[0]?.file;
  const nvidia = [...new Set(wheels.map(({ project }) => project).filter((project) => project.startsWith("nvidia-")))];
  const asked = requirements ?? nvidia.map((project) => ({ project, specifier: "" }));
  const missing = asked.filter(({ project, specifier }) => newest(project, specifier) === undefined).map(({ project, specifier }) => `${project}${specifier}`);
  if (missing.length > 0) {
    throw installationRefused({
      name: `CUDA for ${name}`,
      problem: `${folder} holds no wheel for ${platform} of ${missing.join(" ")}`,
      expected: "all of NVIDIA's wheels that TensorFlow's wheel names",
      fix: `pip download --no-deps -d ${folder} ${missing.map((words) => `'${words}'`).join(" ")}`,
    });
  }
  return asked.map(({ project, specifier }) => join(folder, newest(project, specifier)!));
}

/** Unpacks the libraries of NVIDIA's wheels below `directory`, each compared with its sum. KDF_INSTALLATION_REFUSED. */
export async function unpackCudaWheels(files: readonly string[], directory: string, { platform, onProgress, signal }: Pick<CudaDownload, "platform" | "onProgress" | "signal">): Promise<string[]> {
  const taken: string[] = [];
  for (const file of files) {
    const wheel = await Wheel.open(file, { name: "CUDA", expected: "a whole wheel of NVIDIA's for this platform", fix: `fetch it again: pip download --no-deps ${statedBy(file.split("/").at(-1)!)?.project ?? ""}` });
    try {
      const { project, version } = await wheel.check(platform);
      const total = wheel.size(wanted);
      let bytes = 0;
      await wheel.extract(wanted, directory, (more) => onProgress({ step: `unpacking ${project}`, bytes: (bytes += more), total }), signal);
      taken.push(`${project} ${version}`);
    } finally {
      wheel.close();
    }
  }
  return taken;
}
