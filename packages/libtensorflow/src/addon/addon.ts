import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { installationFailed } from "@kdf/core";
import { nodeApiHeaders, type Compiler } from "./compiler.js";

const run = promisify(execFile);

export const addonFile = "tfjs_binding.node";
const fix = "the compiler's words are above; another version of the library may fit better (--set version=2.15.1)";

export interface AddonRequest {
  readonly name: string;
  readonly compiler: Compiler;
  /** The JavaScript part's folder, whose `binding/` holds the sources. */
  readonly sources: string;
  /** Holds `include/` and `lib/`; the addon goes there too and finds the libraries in `lib/`. */
  readonly directory: string;
  readonly libraries: readonly string[];
  readonly signal?: AbortSignal;
}

/** Compiles TensorFlow.js's addon against the libraries. KDF_INSTALLATION_FAILED with what the compiler said. */
export async function compileAddon({ name, compiler, sources, directory, libraries, signal }: AddonRequest): Promise<void> {
  const parameters = [
    ...["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8", "-w"],
    ...["-I", nodeApiHeaders(), "-I", join(directory, "include"), "-I", sources],
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(sources, "binding", file)),
    ...["-o", join(directory, addonFile)],
    ...libraries.map((library) => join(directory, "lib", library)),
    "-Wl,-rpath,$ORIGIN/lib",
  ];
  try {
    await run(compiler.command, parameters, { maxBuffer: 1 << 26, ...(signal && { signal }) });
  } catch (cause) {
    if (signal?.aborted === true) throw signal.reason;
    throw failed(name, "compiling the addon", cause);
  }
}

/** What an addon that was loaded says. */
export interface AddonAnswer {
  /** TensorFlow's version. */
  readonly version: string;
  /** What TensorFlow wrote of the machine while it was loaded. */
  readonly messages: string;
}

/** Loads the addon in a process of its own, so that a crash there is a message here. */
export async function tryAddon(name: string, directory: string): Promise<AddonAnswer> {
  const script = `process.stdout.write(String(require(${JSON.stringify(join(directory, addonFile))}).TF_Version))`;
  try {
    const { stdout, stderr } = await run(process.execPath, ["-e", script], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "0" } });
    return { version: stdout, messages: stderr };
  } catch (cause) {
    throw failed(name, "loading what was built", cause);
  }
}

function failed(name: string, step: string, cause: unknown): Error {
  const { stderr, signal, message } = cause as { stderr?: string; signal?: string; message: string };
  const said = stderr?.trim().split("\n").slice(0, 12).join("\n");
  const illegal = signal === "SIGILL" ? "this processor lacks instructions that the library needs (AVX)" : undefined;
  return installationFailed({ name, step, problem: illegal ?? (said || message), fix }, { cause });
}
