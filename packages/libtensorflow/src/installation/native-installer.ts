import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installationRefused, type InstallationProgress, type InstallationState, type Installer } from "@kdf/core";
import { withLock } from "@kdf/data";
import { z } from "zod";
import { compileAddon, tryAddon } from "../addon/addon.js";
import { findCompiler } from "../addon/compiler.js";
import { obtainPart, type JavascriptPart } from "../addon/javascript-part.js";
import { describeFiles, readState, recordPath, recordText } from "./record.js";
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

export const installationDirectory = ({ cacheDirectory, id }: Pick<NativeTarget, "cacheDirectory" | "id">): string => join(cacheDirectory, "engines", id);

/** Folder of the JavaScript part within an installation. */
export const partFolder = "javascript";

/** libtensorflow, the addon built against it, and the JavaScript part, in one folder of the cache. */
export class NativeInstaller implements Installer {
  readonly #target: NativeTarget;
  readonly #options: InstallerOptions;

  constructor(target: NativeTarget, options: InstallerOptions) {
    this.#target = target;
    this.#options = options;
  }

  async install(onProgress: (progress: InstallationProgress) => void, signal?: AbortSignal): Promise<InstallationState> {
    const { id, project, cacheDirectory } = this.#target;
    const engines = join(cacheDirectory, "engines");
    const source = await chooseSource({ name: id, project, downloads: join(cacheDirectory, "downloads"), ...this.#options });
    const compiler = await findCompiler(id);
    await mkdir(engines, { recursive: true });
    await demandSpace(id, engines, source.bytes);
    return withLock(
      join(engines, `${id}.lock`),
      async () => {
        const present = await this.verify();
        const wanted = { ...source.description, part: `${this.#target.part.package} ${this.#target.part.version}` };
        const isSame = Object.entries(wanted).every(([key, value]) => present.details[key] === value);
        if (present.status === "installed" && isSame) return present;
        await this.#removeRemains(engines);
        const made = join(engines, `.${id}.${randomUUID()}`);
        await mkdir(made);
        try {
          await source.provide(made, onProgress, signal);
          onProgress({ step: `adding ${this.#target.part.package}` });
          await obtainPart(this.#target.part, this.#target.module, join(made, partFolder), id);
          onProgress({ step: "compiling the addon" });
          const libraries = (await readdir(made)).filter((file) => file.startsWith("libtensorflow"));
          await compileAddon({ name: id, compiler, sources: join(made, partFolder), directory: made, libraries, ...(signal && { signal }) });
          onProgress({ step: "trying it" });
          const tensorflow = await tryAddon(id, made);
          await rm(join(made, "include"), { recursive: true });
          await rm(join(made, partFolder, "binding"), { recursive: true });
          const details = { tensorflow, ...wanted, compiler: compiler.version, node: process.version, installed: new Date().toISOString() };
          await writeFile(recordPath(made), recordText(details, await describeFiles(made)));
          signal?.throwIfAborted();
          await this.#replaceBy(made);
        } finally {
          await rm(made, { recursive: true, force: true });
        }
        return this.state();
      },
      signal === undefined ? {} : { signal },
    );
  }

  state(): Promise<InstallationState> {
    return readState(installationDirectory(this.#target), false);
  }

  verify(): Promise<InstallationState> {
    return readState(installationDirectory(this.#target), true);
  }

  async remove(): Promise<boolean> {
    const directory = installationDirectory(this.#target);
    if (!existsSync(directory)) return false;
    return withLock(`${directory}.lock`, async () => {
      await rm(directory, { recursive: true, force: true });
      return true;
    });
  }

  /** What is complete comes into place by a rename: a process that has the old libraries open keeps them. */
  async #replaceBy(made: string): Promise<void> {
    const directory = installationDirectory(this.#target);
    const old = `${made}.old`;
    if (existsSync(directory)) await rename(directory, old);
    await rename(made, directory);
    await rm(old, { recursive: true, force: true });
  }

  /** Of attempts that were killed: nobody else works here while the lock is held. */
  async #removeRemains(engines: string): Promise<void> {
    const remains = (await readdir(engines)).filter((name) => name.startsWith(`.${this.#target.id}.`));
    for (const name of remains) await rm(join(engines, name), { recursive: true, force: true });
  }
}

async function demandSpace(name: string, directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= bytes) return;
  const megabytes = (count: number): string => `${Math.round(count / 1e6)} MB`;
  throw installationRefused({
    name,
    problem: `${directory} has ${megabytes(bavail * bsize)} left`,
    expected: `about ${megabytes(bytes)}`,
    fix: "free some space, or set the variable KDF_CACHE_DIR to a folder elsewhere",
  });
}


