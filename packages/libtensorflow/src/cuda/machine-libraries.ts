import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { CudaLibrary } from "./cuda-libraries.js";

const run = promisify(execFile);

/** Where a machine may have libraries. */
export interface MachineLibraries {
  /** Folders that the loader looks into by itself, first those of LD_LIBRARY_PATH. */
  readonly loaderFolders: readonly string[];
  /** The loader's cache: the file of each library that it names. */
  readonly loaderCache: ReadonlyMap<string, string>;
  /** Folders of CUDA's own installer, which the loader need not know. */
  readonly toolkitFolders: readonly string[];
  /** Folders `nvidia` of Python environments, where NVIDIA's wheels put a folder per component. */
  readonly pythonFolders: readonly string[];
}

export async function machineLibraries(environment: NodeJS.ProcessEnv = process.env): Promise<MachineLibraries> {
  const prefixes = [environment["VIRTUAL_ENV"], environment["CONDA_PREFIX"], join(homedir(), ".local"), "/usr/local", "/usr"].filter((prefix) => prefix !== undefined && prefix !== "") as string[];
  return {
    loaderFolders: [...(environment["LD_LIBRARY_PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""), "/lib64", "/usr/lib64", "/lib", "/usr/lib"],
    loaderCache: await readLoaderCache(),
    toolkitFolders: children("/usr/local", /^cuda(-12.*)?$/).flatMap((folder) => [join(folder, "lib64"), join(folder, "lib")]).filter((folder) => existsSync(folder)),
    pythonFolders: prefixes.flatMap((prefix) => children(join(prefix, "lib"), /^python3/)).flatMap((folder) => [join(folder, "site-packages/nvidia"), join(folder, "dist-packages/nvidia")]).filter((folder) => existsSync(folder)),
  };
}

/** The file that the loader takes for a library, among `first` before its own folders; undefined where it finds none. */
export function foundByLoader(soname: string, { loaderFolders, loaderCache }: MachineLibraries, first: readonly string[] = []): string | undefined {
  const inFolder = [...first, ...loaderFolders].map((folder) => join(folder, soname)).find((file) => existsSync(file));
  if (inFolder !== undefined) return inFolder;
  const cached = loaderCache.get(soname);
  return cached !== undefined && existsSync(cached) ? cached : undefined;
}

/** The folder that holds a library, where the loader has to be led; undefined where there is none. */
export function foundElsewhere({ soname, component }: CudaLibrary, { toolkitFolders, pythonFolders }: MachineLibraries): string | undefined {
  return [...pythonFolders.map((folder) => join(folder, component, "lib")), ...toolkitFolders].find((folder) => existsSync(join(folder, soname)));
}

async function readLoaderCache(): Promise<ReadonlyMap<string, string>> {
  // Its folder is not on everybody's path.
  for (const command of ["/sbin/ldconfig", "/usr/sbin/ldconfig", "ldconfig"]) {
    const answer = await run(command, ["-p"], { maxBuffer: 1 << 26 }).catch(() => undefined);
    if (answer !== undefined) return parseLoaderCache(answer.stdout);
  }
  return new Map();
}

/** Lines such as `libcudart.so.12 (libc6,x86-64) => /usr/lib/libcudart.so.12`. The first of a name is what the loader takes. */
export function parseLoaderCache(text: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [, soname, file] of text.matchAll(/^\s*(\S+) \([^)]*\) => (\S.*)$/gm)) if (!files.has(soname!)) files.set(soname!, file!);
  return files;
}

function children(folder: string, name: RegExp): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((child) => name.test(child)).map((child) => join(folder, child)) : [];
}
