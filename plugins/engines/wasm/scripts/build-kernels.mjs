// Compiles assembly/*.ts to WebAssembly and writes it as src/native/binary.ts. Run: npm run build:kernels
// The result is committed, so that building and installing the package takes nothing but `tsc`;
// the compiler is fetched by npx here and is no dependency. A test compares the hash of the sources.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashSources } from "./hash-sources.mjs";

const COMPILER = "assemblyscript@0.28.20";
const OPTIONS = [
  "-O3", "--noAssert", "--runtime", "stub", "--use", "abort=", "--enable", "simd", "--importMemory", "--noExportMemory",
];
// Pages of 64 KiB: the 4 GiB that an address reaches, above any memory the engine makes.
const SHARED = ["--enable", "threads", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"];

function compile(options) {
  const folder = mkdtempSync(join(tmpdir(), "kdf-kernels-"));
  try {
    const outputs = ["--outFile", join(folder, "kernels.wasm"), "--textFile", join(folder, "kernels.wat")];
    execFileSync("npx", ["--yes", `--package=${COMPILER}`, "asc", "assembly/index.ts", ...OPTIONS, ...options, ...outputs], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      stdio: ["ignore", "inherit", "inherit"],
    });
    // A data segment would be written over the engine's memory when the module is started.
    if (readFileSync(join(folder, "kernels.wat"), "utf8").includes("(data ")) {
      throw new Error("the kernels must have no data segment");
    }
    return readFileSync(join(folder, "kernels.wasm")).toString("base64");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const text = `// Made by scripts/build-kernels.mjs from assembly/*.ts with ${COMPILER}; do not edit.

/** SHA-256 of the sources. */
export const sourcesHash = "${hashSources()}";

/** For the memory of the single-threaded engine. */
export const exclusiveMemoryBinary =
  "${compile([])}";

/** The same code for a memory that threads share. */
export const sharedMemoryBinary =
  "${compile(SHARED)}";
`;
writeFileSync(new URL("../src/native/binary.ts", import.meta.url), text);
