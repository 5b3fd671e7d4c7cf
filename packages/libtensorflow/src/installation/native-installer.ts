import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isKdfError, type InstallationFinding, type InstallationProgress, type InstallationState } from "@kdf/core";
import { FolderInstaller, InstallationFolder } from "@kdf/data";
import { z } from "zod";
import { compileAddon, tryAddon } from "../addon/addon.js";
import { findCompiler } from "../addon/compiler.js";
import { obtainPart, type JavascriptPart } from "../addon/javascript-part.js";
import { chooseCuda } from "../cuda/cuda-source.js";
import { machineLibraries } from "../cuda/machine-libraries.js";
import { examineCuda } from "../examination/cuda.js";
import { demandAvx, examineProcessor, processorInstructions } from "../examination/processor.js";
import { demandPlatform } from "../wheel/platform.js";
import { chooseSource } from "./source.js";

/** The version of TensorFlow that kdf is tested with. */
const testedVersion = "2.21.0";

export const installerOptions = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "expected a version such as 2.21.0").default(testedVersion).describe("version of TensorFlow for Python, whose wheel holds libtensorflow"),
  index: z.url({ protocol: /^https?$/ }).default(process.env["PIP_INDEX_URL"] ?? "https://pypi.org/simple").describe("the Python package index; the variable PIP_INDEX_URL, unless given"),
  wheel: z.string().min(1).optional().describe("a wheel that is here already: nothing is fetched from the index"),
  archive: z.string().min(1).optional().describe("a release of TensorFlow's C library (libtensorflow-cpu-linux-x86_64.tar.gz), as a file or an address, instead of a wheel"),
  folder: z.string().min(1).optional().describe("a folder with libtensorflow and its headers, instead of a wheel"),
  sha256: z.string().regex(/^[\da-fA-F]{64}$/, "expected 64 hexadecimal digits").optional().describe("sum that the given wheel or archive must have"),
});
export type InstallerOptions = z.infer<typeof installerOptions>;

export const cudaInstallerOptions = installerOptions.extend({
  cuda: z.string().min(1).default("system").describe("the CUDA libraries: `system`, those that this machine has; `fetch`, NVIDIA's wheels that TensorFlow's names, from the index (2.8 GB); or a folder of these wheels or of the libraries"),
});
export type CudaInstallerOptions = z.infer<typeof cudaInstallerOptions>;

/** What distinguishes one engine's installation from another's. */
export interface NativeTarget {
  /** The engine's id, and the folder's name. */
  readonly id: string;
  /** The project on the Python package index. */
  readonly project: string;
  readonly part: JavascriptPart;
  /** URL of the plugin's module, from which the part is looked for. */
  readonly module: string;
  readonly cacheDirectory: string;
}

/** Folder of the JavaScript part within an installation. */
export const partFolder = "javascript";
/** Folder of libtensorflow within an installation: its RUNPATH looks for CUDA's libraries in `nvidia/` beside it. */
export const libraryFolder = "lib";

/** libtensorflow, the addon built against it, and the JavaScript part, in one folder of the cache. */
export class NativeInstaller extends FolderInstaller {
  readonly #target: NativeTarget;
  readonly #options: InstallerOptions & Partial<CudaInstallerOptions>;
  /** What was fetched stays here until an installation is complete. */
  readonly #downloads: string;

  constructor(target: NativeTarget, options: InstallerOptions & Partial<CudaInstallerOptions>) {
    super(new InstallationFolder(target));
    this.#target = target;
    this.#options = options;
    this.#downloads = join(target.cacheDirectory, "downloads", target.id);
  }

  async install(onProgress: (progress: InstallationProgress) => void, signal?: AbortSignal): Promise<InstallationState> {
    const { id, project, part, module } = this.#target;
    const platform = demandPlatform(id);
    const downloads = this.#downloads;
    const { archive, folder } = this.#options;
    if (archive === undefined && folder === undefined) demandAvx(id, await processorInstructions());
    const source = await chooseSource({ name: id, project, platform, downloads, ...this.#options });
    const { cuda: choice, index, version } = this.#options;
    const cuda = choice === undefined ? undefined : chooseCuda({ name: id, cuda: choice, index, downloads, platform });
    await cuda?.check(source.facts ?? { version, metadata: undefined }, source.facts !== undefined);
    const compiler = await findCompiler(id);
    return this.folder.install({
      bytes: source.bytes + (cuda?.bytes ?? 0),
      wanted: { ...source.description, part: `${part.package} ${part.version}`, ...(cuda && { cuda: cuda.description }) },
      ...(signal && { signal }),
      // One that another Node or a library that is gone keeps from loading is made anew.
      serves: async (directory) => (await this.#messages(directory)) !== undefined,
      make: async (made) => {
        // What is small comes first: where npm or the network fails, little was fetched in vain.
        onProgress({ step: `adding ${part.package}` });
        await obtainPart(part, module, join(made, partFolder), id);
        const facts = await source.provide(made, onProgress, signal);
        const cudaLibraries = await cuda?.provide({ directory: made, ...facts, onProgress, ...(signal && { signal }) });
        onProgress({ step: "compiling the addon" });
        const libraries = await readdir(join(made, libraryFolder));
        await compileAddon({ name: id, compiler, sources: join(made, partFolder), directory: made, libraries, ...(signal && { signal }) });
        onProgress({ step: "trying it" });
        const { version: tensorflow } = await tryAddon(id, made);
        await rm(join(made, "include"), { recursive: true });
        await rm(join(made, partFolder, "binding"), { recursive: true });
        await rm(downloads, { recursive: true, force: true });
        return { tensorflow, compiler: compiler.version, ...(cudaLibraries !== undefined && { cudaLibraries }) };
      },
    });
  }

  /** The processor, and for a GPU the driver and CUDA; what TensorFlow wants of CUDA is told where it is installed. */
  async examine(): Promise<readonly InstallationFinding[]> {
    const { id } = this.#target;
    const { status, directory, details } = await this.state();
    const isInstalled = status === "installed";
    const messages = isInstalled ? await this.#messages(directory) : undefined;
    const processor = examineProcessor(await processorInstructions(), messages);
    const tensorflow = details["tensorflow"] ?? testedVersion;
    const cuda = isInstalled && this.#options.cuda !== undefined ? await examineCuda({ id, tensorflow, directory, machine: await machineLibraries() }) : [];
    return [...(processor === undefined ? [] : [processor]), ...cuda];
  }

  /** What TensorFlow says of the machine; an addon that cannot be loaded is told where the engine is started. */
  async #messages(directory: string): Promise<string | undefined> {
    try {
      return (await tryAddon(this.#target.id, directory)).messages;
    } catch (error) {
      if (isKdfError(error)) return undefined;
      throw error;
    }
  }

  /** Removes what an interrupted installation fetched, too. */
  override async remove(): Promise<boolean> {
    await rm(this.#downloads, { recursive: true, force: true });
    return super.remove();
  }
}
