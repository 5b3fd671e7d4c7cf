import { execFile } from "node:child_process";
import { readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { installationFailed, installationRefused, type InstallationProgress, type InstallationState } from "@kdf/core";
import { FolderInstaller } from "@kdf/data";
import type { InstallerOptions } from "./options.js";
import { modulesOf, runtimeFolder, runtimePackage } from "./runtime.js";

const run = promisify(execFile);

/** What npm fetches and unpacks for all platforms, before those of others are removed. */
const bytes = 500e6;
const platforms = ["linux-x64", "linux-arm64", "darwin-arm64", "win32-x64", "win32-arm64"];
const platform = `${process.platform}-${process.arch}`;

/** onnxruntime-node with the binaries of this platform, fetched by npm without its install script, in the cache. */
export class OnnxInstaller extends FolderInstaller {
  readonly #version: string;

  constructor(cacheDirectory: string, { version }: InstallerOptions) {
    super(runtimeFolder(cacheDirectory));
    this.#version = version;
  }

  async install(onProgress: (progress: InstallationProgress) => void, signal?: AbortSignal): Promise<InstallationState> {
    if (!platforms.includes(platform)) {
      throw installationRefused({ name: "onnx", problem: `${runtimePackage} has no binary for ${platform}`, expected: platforms.join(", "), fix: "use a teacher that kdf computes itself" });
    }
    return this.folder.install({
      bytes,
      wanted: { package: runtimePackage, version: this.#version },
      ...(signal && { signal }),
      make: async (made) => {
        onProgress({ step: `fetching ${runtimePackage} ${this.#version} by npm (about 115 MB)` });
        await fetchPackage(`${runtimePackage}@${this.#version}`, made, signal);
        await removeOtherPlatforms(join(modulesOf(made), runtimePackage, "bin"));
        onProgress({ step: "trying it" });
        return { providers: await tryRuntime(made) };
      },
    });
  }
}

/** npm compares the package with the registry's checksum, and its settings say from where. */
async function fetchPackage(specification: string, made: string, signal: AbortSignal | undefined): Promise<void> {
  await writeFile(join(made, "package.json"), JSON.stringify({ private: true }));
  const parameters = ["install", specification, "--prefix", made, "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline"];
  try {
    await run("npm", parameters, { cwd: made, ...(signal && { signal }) });
  } catch (cause) {
    const { stderr, message } = cause as { readonly stderr?: string; readonly message: string };
    const problem = stderr?.split("\n").filter((line) => /npm (error|ERR!)/.test(line)).slice(0, 3).join("; ");
    throw installationFailed(
      { name: "onnx", step: `fetching ${specification} by npm`, problem: problem || message, fix: `npm install --ignore-scripts ${specification} in your project, which serves as well` },
      { cause },
    );
  }
}

/** `bin/napi-v6/<platform>/<architecture>`: 240 MB of 290 are others'. */
async function removeOtherPlatforms(bin: string): Promise<void> {
  for (const interfaceVersion of await readdir(bin)) {
    await keepOnly(process.platform, join(bin, interfaceVersion));
    await keepOnly(process.arch, join(bin, interfaceVersion, process.platform));
  }
}

async function keepOnly(name: string, folder: string): Promise<void> {
  for (const other of await readdir(folder)) if (other !== name) await rm(join(folder, other), { recursive: true });
}

/** Loads it in a process of its own, which may die of it. Returns the providers that it holds. */
async function tryRuntime(made: string): Promise<string> {
  const entry = createRequire(join(modulesOf(made), "here.js")).resolve(runtimePackage);
  const program = `const { listSupportedBackends } = require(${JSON.stringify(entry)}); console.log(listSupportedBackends().filter(({ bundled }) => bundled).map(({ name }) => name).join(", "))`;
  try {
    return (await run(process.execPath, ["--eval", program])).stdout.trim();
  } catch (cause) {
    const { message } = cause as Error;
    throw installationFailed({ name: "onnx", step: "loading what was fetched", problem: message, fix: "another version may fit this machine: --set version=VERSION" }, { cause });
  }
}
