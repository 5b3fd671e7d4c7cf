import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { InstallationFinding } from "@kdf/core";
import { cudaLibraries, driverLibrary } from "../cuda/cuda-libraries.js";
import { foundByLoader, foundElsewhere, type MachineLibraries } from "../cuda/machine-libraries.js";

export interface CudaExamination {
  readonly id: string;
  readonly tensorflow: string;
  /** The installation's folder. */
  readonly directory: string;
  readonly machine: MachineLibraries;
  /** What the driver's kernel module says of itself. */
  readonly driverFile?: string;
}

/** NVIDIA's driver and the CUDA libraries: each by the name that the loader is asked for, and where it is found. */
export async function examineCuda({ id, tensorflow, directory, machine, driverFile = "/proc/driver/nvidia/version" }: CudaExamination): Promise<InstallationFinding[]> {
  const driver = foundByLoader(driverLibrary, machine);
  const version = / (\d+\.\d+(?:\.\d+)?) /.exec(await readFile(driverFile, "utf8").catch(() => ""))?.[1];
  return [driverFinding(id, driver, version), librariesFinding(id, tensorflow, directory, machine)];
}

function driverFinding(engine: string, driver: string | undefined, version: string | undefined): InstallationFinding {
  const details = { library: driverLibrary, file: driver ?? null, version: version ?? null };
  if (driver !== undefined && version !== undefined) return { id: "driver", status: "ok", text: `NVIDIA's driver ${version}: ${driver}`, details };
  const lacking = driver === undefined ? `${driverLibrary} is not found` : "its kernel module is not loaded";
  return {
    id: "driver",
    status: "note",
    text: `no NVIDIA driver (${lacking}): ${engine} computes on the processor`,
    fix: "on a machine with an NVIDIA GPU, install its driver (525.60 or later); nvidia-smi then names the GPU",
    details,
  };
}

function librariesFinding(engine: string, tensorflow: string, directory: string, machine: MachineLibraries): InstallationFinding {
  const wanted = cudaLibraries(tensorflow).map((library) => {
    const own = [join(directory, "nvidia", library.component, "lib"), join(dirname(directory), "nvidia", library.component, "lib")];
    return { ...library, file: foundByLoader(library.soname, machine, own), elsewhere: foundElsewhere(library, machine) };
  });
  const found = wanted.filter(({ file }) => file !== undefined);
  const missing = wanted.filter(({ file }) => file === undefined);
  const details = { wanted: Object.fromEntries(wanted.map(({ soname, file }) => [soname, file ?? null])), installed: existsSync(join(directory, "nvidia")) };
  const names = (libraries: readonly { readonly soname: string; readonly optional?: true }[]): string => libraries.map(({ soname, optional }) => `${soname}${optional === true ? " (optional)" : ""}`).join(", ");
  const told = `CUDA libraries: ${found.length === 0 ? "none found" : `found ${names(found)}`}`;
  if (missing.every(({ optional }) => optional === true)) {
    return { id: "cuda", status: "ok", text: missing.length === 0 ? told : `${told}; not found ${names(missing)}`, details };
  }
  const standing = [...new Set(missing.flatMap(({ elsewhere }) => elsewhere ?? []))];
  const led = standing.length === 0 ? "" : `LD_LIBRARY_PATH=${standing.join(":")} leads the loader to some; `;
  return {
    id: "cuda",
    status: "note",
    text: `${told}; wanted and not found: ${names(missing)}`,
    fix: `${led}npx kdf engine install ${engine} --set cuda=fetch brings them all (2.8 GB)`,
    details,
  };
}
