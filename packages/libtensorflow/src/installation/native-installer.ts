import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { InstallationProgress, InstallationState } from "@kdf/core";
import { FolderInstaller, InstallationFolder } from "@kdf/data";
import { z } from "zod";
import { compileAddon, tryAddon } from "../addon/addon.js";
import { findCompiler } from "../addon/compiler.js";
import { obtainPart, type JavascriptPart } from "../addon/javascript-part.js";
import { chooseSource } from "./source.js";

/** The version of TensorFlow that kdf is tested with. */
const testedVersion = "2.21.0";

export const installerOptions = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "expected a version such as 2.21.0").default(testedVersion).describe("version of TensorFlow for Python, whose wheel holds libtensorflow"),
  index: z.url({ protocol: /^https?$/ }).default(process.env["PIP_INDEX_URL"] ?? "https://pypi.org/simple").describe("the Python package index; the variable PIP_INDEX_URL, unless given"),
  wheel: z.string().min(1).optional().describe("a wheel that is here already: nothing is fetched from the index"),
  folder: z.string().min(1).optional().describe("a folder with libtensorflow and its headers, instead of a wheel"),
});
export type InstallerOptions = z.infer<typeof installerOptions>;

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

/** libtensorflow, the addon built against it, and the JavaScript part, in one folder of the cache. */
export class NativeInstaller extends FolderInstaller {
  readonly #target: NativeTarget;
  readonly #options: InstallerOptions;

  constructor(target: NativeTarget, options: InstallerOptions) {
    super(new InstallationFolder(target));
    this.#target = target;
    this.#options = options;
  }

  async install(onProgress: (progress: InstallationProgress) => void, signal?: AbortSignal): Promise<InstallationState> {
    const { id, project, part, module, cacheDirectory } = this.#target;
    const source = await chooseSource({ name: id, project, downloads: join(cacheDirectory, "downloads"), ...this.#options });
    const compiler = await findCompiler(id);
    return this.folder.install({
      bytes: source.bytes,
      wanted: { ...source.description, part: `${part.package} ${part.version}` },
      ...(signal && { signal }),
      make: async (made) => {
        await source.provide(made, onProgress, signal);
        onProgress({ step: `adding ${part.package}` });
        await obtainPart(part, module, join(made, partFolder), id);
        onProgress({ step: "compiling the addon" });
        const libraries = (await readdir(made)).filter((file) => file.startsWith("libtensorflow"));
        await compileAddon({ name: id, compiler, sources: join(made, partFolder), directory: made, libraries, ...(signal && { signal }) });
        onProgress({ step: "trying it" });
        const tensorflow = await tryAddon(id, made);
        await rm(join(made, "include"), { recursive: true });
        await rm(join(made, partFolder, "binding"), { recursive: true });
        return { tensorflow, compiler: compiler.version };
      },
    });
  }
}
