import { createRequire } from "node:module";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { engineFailed, engineNotInstalled, isKdfError, type EngineReport } from "@kdf/core";
import { InstallationFolder } from "@kdf/data";
import { claimEngine, installTrainingOperations } from "@kdf/tensor";
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { addonFile } from "../addon/addon.js";
import { installedPart } from "../addon/javascript-part.js";
import { partFolder, type NativeTarget } from "../installation/native-installer.js";
import { guardedBinding } from "./guarded-binding.js";
import { linkPart } from "./link-part.js";
import type { Binding, NativeBackend } from "./native-backend.js";
import { restoreRemovedFunctions } from "./node-shim.js";
import { registerConvolutionGradient } from "./convolution-gradient.js";
import { operations, registerOperations } from "./operations.js";

/** The backend's name in TensorFlow.js, which its own kernels are registered under. */
const backendName = "tensorflow";

export const engineOptions = z.strictObject({
  threads: z.int().positive().optional().describe("threads within an operation; the processors unless given"),
  logLevel: z.int().min(0).max(3).default(2).describe("of TensorFlow's own messages: 0 all, 1 no infos, 2 no warnings, 3 no errors"),
  deterministic: z.boolean().default(true).describe("asks TensorFlow for operations that give the same bits again"),
});
export type EngineOptions = z.infer<typeof engineOptions>;

/**
 * Loads what `NativeInstaller` made and makes it this process's engine. Settings that the library reads from the
 * environment are set before it is loaded. KDF_ENGINE_NOT_INSTALLED, KDF_ENGINE_ALREADY_STARTED, KDF_ENGINE_FAILED.
 */
export async function startNative(target: NativeTarget, options: EngineOptions, environment: Readonly<Record<string, string>> = {}): Promise<EngineReport> {
  const { id } = target;
  const folder = new InstallationFolder(target);
  const { directory } = folder;
  const state = await folder.state();
  if (state.status !== "installed") {
    throw engineNotInstalled({ engine: id, problem: state.problem ?? "its libraries are not installed", directory });
  }
  claimEngine(id);
  const threads = options.threads ?? availableParallelism();
  const settings = {
    TF_CPP_MIN_LOG_LEVEL: String(options.logLevel),
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: "1",
    ...(options.deterministic && { TF_DETERMINISTIC_OPS: "1" }),
    // By itself only on processors with certain instructions; its convolutions are faster on others too (docs/adr/0007).
    TF_ENABLE_ONEDNN_OPTS: "1",
    ...environment,
  };
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
  restoreRemovedFunctions();
  try {
    const part = installedPart(target.part, target.module) ?? (await linkPart(target.part.package, join(directory, partFolder), target.module));
    const load = createRequire(join(part, "package.json"));
    load("./dist/register_all_kernels.js");
    const { NodeJSKernelBackend } = load("./dist/nodejs_kernel_backend.js") as {
      NodeJSKernelBackend: new (binding: Binding, name: string) => NativeBackend;
    };
    const binding = guardedBinding(id, loadAddon(id, directory, load));
    const backend = new NodeJSKernelBackend(binding, target.part.package);
    tf.registerBackend(backendName, () => backend);
    await tf.setBackend(backendName);
    await tf.ready();
    registerOperations(backendName, backend, binding);
    if (!backend.isUsingGpuDevice) registerConvolutionGradient(backendName);
    installTrainingOperations(operations);
    return {
      id,
      tier: backend.isUsingGpuDevice ? "gpu" : "native",
      library: `TensorFlow ${binding.TF_Version} through ${target.part.package} ${target.part.version}`,
      device: backend.isUsingGpuDevice ? "gpu" : "cpu",
      threads,
      features: [...(options.deterministic ? ["deterministic"] : []), ...(process.env["TF_ENABLE_ONEDNN_OPTS"] === "1" ? ["oneDNN"] : [])],
      ...(!backend.isUsingGpuDevice && { limits: { memory: totalmem() } }),
    };
  } catch (cause) {
    if (isKdfError(cause)) throw cause;
    throw engineFailed({ engine: id, operation: "start", problem: (cause as Error).message }, { cause });
  }
}

/** What keeps the addon from loading, another Node say, an installation mends. */
function loadAddon(engine: string, directory: string, load: NodeJS.Require): Binding {
  try {
    return load(join(directory, addonFile)) as Binding;
  } catch (cause) {
    const problem = `its addon cannot be loaded by this Node: ${(cause as Error).message.replaceAll(/\s*\n\s*/g, " ")}`;
    throw engineNotInstalled({ engine, problem, directory }, { cause });
  }
}
