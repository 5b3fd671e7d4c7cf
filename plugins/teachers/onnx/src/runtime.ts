import { createRequire } from "node:module";
import { join } from "node:path";
import { runtimeNotInstalled } from "@kdf/core";
import { InstallationFolder } from "@kdf/data";

export const runtimePackage = "onnxruntime-node";

/** Where the installer puts the runtime. */
export const runtimeFolder = (cacheDirectory: string): InstallationFolder => new InstallationFolder({ cacheDirectory, id: "onnx" });

export const modulesOf = (installation: string): string => join(installation, "node_modules");

/**
 * Path of ONNX Runtime's entry: of the package that npm installed beside the plugin, else of the one that
 * `kdf engine install onnx` made. KDF_RUNTIME_NOT_INSTALLED.
 */
export async function findRuntime(cacheDirectory: string, require: Pick<NodeJS.Require, "resolve"> = createRequire(import.meta.url)): Promise<string> {
  const beside = resolved(require, runtimePackage);
  if (beside !== undefined) return beside;
  const folder = runtimeFolder(cacheDirectory);
  const state = await folder.state();
  const installed = state.status === "installed" ? resolved(createRequire(join(modulesOf(folder.directory), "here.js")), runtimePackage) : undefined;
  if (installed !== undefined) return installed;
  const { directory } = folder;
  const problem = state.problem ?? "it is neither installed beside @kdf/plugin-onnx nor by kdf";
  throw runtimeNotInstalled({ runtime: runtimePackage, needed: "The teacher onnx", installer: "onnx", problem, directory });
}

function resolved(require: Pick<NodeJS.Require, "resolve">, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}
