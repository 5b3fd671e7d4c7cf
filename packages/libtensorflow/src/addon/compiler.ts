import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { installationRefused } from "@kdf/core";

const run = promisify(execFile);
const expected = "one that compiles and links C++17: the addon is built on this machine";

export interface Compiler {
  readonly command: string;
  /** The first line that it says of itself. */
  readonly version: string;
}

/**
 * The C++ compiler: $CXX, else the first that answers. It has to build a small library against the standard library and
 * Node's headers, as it will the addon; KDF_INSTALLATION_REFUSED where none does.
 */
export async function findCompiler(name: string): Promise<Compiler> {
  const asked = process.env["CXX"] === "" ? undefined : process.env["CXX"];
  const candidates = asked === undefined ? ["g++", "clang++", "c++"] : [asked];
  for (const command of candidates) {
    const answer = await run(command, ["--version"]).catch(() => undefined);
    if (answer === undefined) continue;
    await tryCompiler(name, command);
    return { command, version: answer.stdout.split("\n")[0]!.trim() };
  }
  throw installationRefused({
    name,
    problem: `there is no C++ compiler (${candidates.join(", ")})`,
    expected,
    fix: asked === undefined ? "install one, for example: sudo apt-get install g++" : "correct the variable CXX, or unset it",
  });
}

async function tryCompiler(name: string, command: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kdf-compiler-"));
  try {
    const source = join(folder, "trial.cc");
    await writeFile(source, "#include <node_api.h>\n#include <memory>\n#include <string_view>\nstd::string_view trial(std::unique_ptr<napi_env> e) { return e ? \"a\" : \"b\"; }\n");
    await run(command, ["-std=c++17", "-fPIC", "-shared", "-I", nodeApiHeaders(), source, "-o", join(folder, "trial.so")]);
  } catch (cause) {
    const { stderr, message } = cause as { readonly stderr?: string; readonly message: string };
    const said = (stderr?.split("\n").find((line) => /error/i.test(line)) ?? message).trim();
    throw installationRefused({ name, problem: `the compiler ${command} builds no small library: ${said}`, expected, fix: "install a whole one, for example: sudo apt-get install g++; or name another with the variable CXX" }, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Folder of node_api.h. The addon uses Node-API 8 only, which every Node that kdf runs on has. */
export function nodeApiHeaders(): string {
  const { include_dir: folder } = createRequire(import.meta.url)("node-api-headers") as { readonly include_dir: string };
  return folder;
}
