import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { installationRefused } from "@kdf/core";

const run = promisify(execFile);

export interface Compiler {
  readonly command: string;
  /** The first line that it says of itself. */
  readonly version: string;
}

/** The C++ compiler: $CXX, else the first that answers; KDF_INSTALLATION_REFUSED where none does. */
export async function findCompiler(name: string): Promise<Compiler> {
  const asked = process.env["CXX"];
  const candidates = asked === undefined || asked === "" ? ["g++", "clang++", "c++"] : [asked];
  for (const command of candidates) {
    const answer = await run(command, ["--version"]).catch(() => undefined);
    if (answer !== undefined) return { command, version: answer.stdout.split("\n")[0]!.trim() };
  }
  throw installationRefused({
    name,
    problem: `there is no C++ compiler (${candidates.join(", ")})`,
    expected: "one that compiles C++17: the addon is built on this machine",
    fix: asked === undefined ? "install one, for example: sudo apt-get install g++" : "correct the variable CXX, or unset it",
  });
}

/** Folder of node_api.h. The addon uses Node-API 8 only, which every Node that kdf runs on has. */
export function nodeApiHeaders(): string {
  const { include_dir: folder } = createRequire(import.meta.url)("node-api-headers") as { readonly include_dir: string };
  return folder;
}
