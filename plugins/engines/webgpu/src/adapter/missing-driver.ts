import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** What keeps Dawn from finding an adapter, and what mends it. */
export interface MissingDriver {
  readonly problem: string;
  readonly fix: string;
}

export interface System {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the dynamic loader says against this library; undefined where it finds it. */
  readonly whyNotLoaded: (library: string) => string | undefined;
}

export const thisSystem: System = { platform: process.platform, environment: process.env, whyNotLoaded };

const loader = "libvulkan.so.1";

/** Looks for the first link that is missing between Dawn and a GPU: Vulkan's loader, a driver, the driver's library, a GPU. */
export function missingDriver({ platform, environment, whyNotLoaded }: System): MissingDriver {
  if (platform !== "linux") {
    return { problem: "Dawn finds none", fix: "install the GPU vendor's driver" };
  }
  const noLoader = whyNotLoaded(loader);
  if (noLoader !== undefined) {
    return { problem: `Vulkan's loader ${loader} is not there (${noLoader})`, fix: "install it, for example: sudo apt-get install libvulkan1, and the GPU's driver for Vulkan" };
  }
  const named = environment["VK_DRIVER_FILES"] ?? environment["VK_ICD_FILENAMES"];
  const drivers = named === undefined ? driverFolders(environment).flatMap(driverFiles) : named.split(":").filter((file) => file !== "").flatMap(driverFiles);
  const install = "install the GPU's driver for Vulkan (mesa-vulkan-drivers for AMD and Intel, NVIDIA's own for NVIDIA; in a container NVIDIA's needs NVIDIA_DRIVER_CAPABILITIES=all)";
  if (drivers.length === 0) {
    if (named !== undefined) return { problem: `the variable VK_DRIVER_FILES names no file that exists (${named || "it is empty"})`, fix: "correct the variable, or unset it" };
    return { problem: "Vulkan has no driver: there is no .json file in vulkan/icd.d below /etc or /usr/share", fix: install };
  }
  const damaged = drivers.map((file) => [file, whyNoDriver(file, whyNotLoaded)] as const);
  const [first] = damaged;
  if (damaged.every(([, why]) => why !== undefined)) {
    return { problem: `Vulkan's driver ${first![0]} does not load: ${first![1]!}`, fix: named === undefined ? install : "correct the variable VK_DRIVER_FILES, or unset it" };
  }
  const working = damaged.filter(([, why]) => why === undefined).map(([file]) => file);
  return {
    problem: `Vulkan's drivers (${working.join(", ")}) offer none that Dawn can use`,
    fix: "bring the driver up to date; give this user access to the GPU (group render); pass the GPU on to a container (--gpus all, --device /dev/dri)",
  };
}

/** Where Vulkan's loader looks, in its order. */
function driverFolders(environment: Readonly<Record<string, string | undefined>>): string[] {
  const lists: readonly (readonly [string, string])[] = [
    ["XDG_CONFIG_HOME", join(homedir(), ".config")],
    ["XDG_CONFIG_DIRS", "/etc/xdg"],
    ["", "/etc"],
    ["XDG_DATA_HOME", join(homedir(), ".local/share")],
    ["XDG_DATA_DIRS", "/usr/local/share:/usr/share"],
  ];
  return lists.flatMap(([name, usual]) => (environment[name] || usual).split(":")).map((folder) => join(folder, "vulkan/icd.d"));
}

/** The file itself, or the .json files of a folder. */
function driverFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).filter((name) => name.endsWith(".json")).sort().map((name) => join(path, name));
}

function whyNoDriver(file: string, why: System["whyNotLoaded"]): string | undefined {
  try {
    const { ICD } = JSON.parse(readFileSync(file, "utf8")) as { ICD: { library_path: string } };
    // With a slash it is a place beside the file; without, the dynamic loader looks for it.
    return why(ICD.library_path.includes("/") ? resolve(dirname(file), ICD.library_path) : ICD.library_path);
  } catch (error) {
    return `it cannot be read (${(error as Error).message})`;
  }
}

/** Node loads any library and then refuses it for not being an addon, which says that the library itself is there. */
function whyNotLoaded(library: string): string | undefined {
  try {
    process.dlopen({ exports: {} }, library);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return /did not self-register/.test(message) ? undefined : message.split("\n")[0]!;
  }
}
