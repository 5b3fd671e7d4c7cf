import { existsSync, readdirSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { installationRefused, type InstallationProgress } from "@kdf/core";
import type { Platform } from "../wheel/platform.js";
import { cudaLibraries, type CudaLibrary } from "./cuda-libraries.js";
import { chooseCudaWheels, cudaRequirements, fetchCudaWheels, unpackCudaWheels } from "./cuda-wheels.js";
import { foundByLoader, foundElsewhere, machineLibraries } from "./machine-libraries.js";

/** What is known of the libtensorflow that the CUDA libraries are for. */
export interface TensorflowFacts {
  readonly version: string | undefined;
  /** METADATA of its wheel. */
  readonly metadata: string | undefined;
}

export interface CudaRequest extends TensorflowFacts {
  /** The folder whose `lib/` holds libtensorflow: `nvidia/` beside that is where its RUNPATH leads. */
  readonly directory: string;
  readonly onProgress: (progress: InstallationProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Where the CUDA libraries come from. */
export interface CudaSource {
  /** What the record says of the choice. */
  readonly description: string;
  /** Bytes of disk that it takes while it is installed, about. */
  readonly bytes: number;
  /** Refuses what can be known before anything is fetched. `isFinal`: no more will be known of libtensorflow later. */
  check(tensorflow: TensorflowFacts, isFinal: boolean): Promise<void>;
  /** Puts or links the libraries where libtensorflow finds them. Returns what the record says of them. */
  provide(request: CudaRequest): Promise<string>;
}

export interface CudaChoice {
  readonly name: string;
  /** `system`, `fetch`, or a folder. */
  readonly cuda: string;
  readonly index: string;
  readonly downloads: string;
  readonly platform: Platform;
}

/** Of NVIDIA's wheels for TensorFlow 2.21.0: as fetched, and their libraries unpacked. */
const [packed, unpacked] = [2.9e9, 4.4e9];
/** Of TensorFlow, where its version is not stated: the libraries of today's. */
const newest = "2.21.0";

export function chooseCuda(choice: CudaChoice): CudaSource {
  if (choice.cuda === "system") return systemSource();
  if (choice.cuda === "fetch") return fetchedSource(choice);
  return folderSource(choice, resolve(choice.cuda));
}

/** What the loader finds stays where it is; what else the machine has is linked. What is missing is said, not refused. */
function systemSource(): CudaSource {
  return {
    description: "system",
    bytes: 0,
    check: () => Promise.resolve(),
    async provide({ directory, version = newest }) {
      const machine = await machineLibraries();
      const missing: string[] = [];
      for (const library of cudaLibraries(version)) {
        if (foundByLoader(library.soname, machine) !== undefined) continue;
        const folder = foundElsewhere(library, machine);
        if (folder !== undefined) await link(directory, library, folder);
        else if (library.optional !== true) missing.push(library.soname);
      }
      return missing.length === 0 ? "found" : `not found: ${missing.join(", ")}; --set cuda=fetch brings them`;
    },
  };
}

function fetchedSource({ name, index, downloads, platform }: CudaChoice): CudaSource {
  return {
    description: "fetch",
    bytes: packed + unpacked,
    async check({ metadata }, isFinal) {
      // Before a wheel is fetched, its METADATA is not there.
      if (isFinal) cudaRequirements(name, metadata, platform);
    },
    async provide({ directory, metadata, onProgress, signal }) {
      const wheels = await fetchCudaWheels(cudaRequirements(name, metadata, platform), { index, platform, downloads, onProgress, signal });
      const taken = await unpackCudaWheels(wheels, directory, { platform, onProgress, signal });
      return taken.join(", ");
    },
  };
}

/** A folder of NVIDIA's wheels, or one with the libraries: CUDA's `lib64`, or `nvidia` of a Python environment. */
function folderSource({ name, platform }: CudaChoice, folder: string): CudaSource {
  const isOfWheels = existsSync(folder) && readdirSync(folder).some((file) => file.endsWith(".whl"));
  const wheels = ({ metadata }: TensorflowFacts): Promise<string[]> =>
    chooseCudaWheels(name, folder, metadata === undefined ? undefined : cudaRequirements(name, metadata, platform), platform);
  const places = ({ component }: CudaLibrary): string[] => [join(folder, component, "lib"), join(folder, "nvidia", component, "lib"), folder, join(folder, "lib64"), join(folder, "lib")];
  const placeOf = (library: CudaLibrary): string | undefined => places(library).find((place) => existsSync(join(place, library.soname)));
  const check = async (tensorflow: TensorflowFacts): Promise<void> => {
    if (isOfWheels) return void (await wheels(tensorflow));
    const missing = cudaLibraries(tensorflow.version ?? newest).filter((library) => library.optional !== true && placeOf(library) === undefined);
    if (missing.length === 0) return;
    throw installationRefused({
      name: `CUDA for ${name}`,
      problem: existsSync(folder) ? `${folder} holds no wheels, and no ${missing.map(({ soname }) => soname).join(", ")}` : `there is no folder ${folder}`,
      expected: "system, fetch, a folder of NVIDIA's wheels, or a folder with the libraries of CUDA 12 and cuDNN",
      fix: "name another with --set cuda=FOLDER, or let them be fetched with --set cuda=fetch",
    });
  };
  return {
    description: folder,
    bytes: isOfWheels ? unpacked : 0,
    check,
    async provide({ directory, onProgress, signal, ...tensorflow }) {
      await check(tensorflow);
      if (isOfWheels) {
        return (await unpackCudaWheels(await wheels(tensorflow), directory, { platform, onProgress, signal })).join(", ");
      }
      for (const library of cudaLibraries(tensorflow.version ?? newest)) {
        const place = placeOf(library);
        if (place !== undefined) await link(directory, library, place);
      }
      return "linked";
    },
  };
}

/** The folder, not the file: the libraries find each other beside themselves. */
async function link(directory: string, { component }: CudaLibrary, folder: string): Promise<void> {
  const place = join(directory, "nvidia", component, "lib");
  if (existsSync(place)) return;
  await mkdir(dirname(place), { recursive: true });
  await symlink(folder, place, "dir");
}
