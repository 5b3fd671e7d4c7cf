import { readFile } from "node:fs/promises";
import { installationRefused, type InstallationFinding } from "@kdf/core";

/** Instructions that libtensorflow or the libraries in it may use, by their name in /proc/cpuinfo. */
const instructions: Readonly<Record<string, string>> = {
  sse4_2: "SSE4.2",
  avx: "AVX",
  avx2: "AVX2",
  fma: "FMA",
  avx512f: "AVX512F",
  avx512_vnni: "AVX512_VNNI",
  avx512_bf16: "AVX512_BF16",
  amx_tile: "AMX",
};

/** Those that the processor has; none where the file says nothing of them, as on arm64. */
export async function processorInstructions(file = "/proc/cpuinfo"): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const flags = new Set(/^flags\s*: (.*)$/m.exec(text)?.[1]?.split(" "));
  return Object.keys(instructions).filter((flag) => flags.has(flag)).map((flag) => instructions[flag]!);
}

/** TensorFlow's wheels end at once on a processor without AVX: KDF_INSTALLATION_REFUSED before one is fetched. */
export function demandAvx(name: string, present: readonly string[]): void {
  if (present.length === 0 || present.includes("AVX")) return;
  throw installationRefused({
    name,
    problem: `this processor has ${present.join(", ")} and no AVX, which TensorFlow's wheels need`,
    expected: "a processor with AVX, or a libtensorflow that is built without it",
    fix: "--engine wasm runs here; or name a libtensorflow of your own with --set folder=FOLDER",
  });
}

/**
 * The processor against what libtensorflow was built for. TensorFlow itself says, as it is loaded, which instructions of
 * the processor its own operations leave aside; oneDNN, which computes convolutions, chooses by itself.
 */
export function examineProcessor(present: readonly string[], messages: string | undefined): InstallationFinding | undefined {
  if (present.length === 0) return undefined;
  const id = "processor";
  if (!present.includes("AVX")) {
    return { id, status: "note", text: `the processor has ${present.join(", ")} and no AVX, which TensorFlow's wheels need`, fix: "--engine wasm runs here, or name a libtensorflow built without AVX: --set folder=FOLDER", details: { present } };
  }
  if (messages === undefined) return undefined;
  const unused = /enable the following instructions: ([^,]*), in other operations/.exec(messages)?.[1]?.split(" ") ?? [];
  const built = present.filter((name) => !unused.includes(name));
  const rest = unused.length === 0 ? "libtensorflow is built for all of them" : `libtensorflow is built for ${built.at(-1) ?? "less"}; oneDNN in it uses ${unused.join(", ")} too`;
  return { id, status: "ok", text: `the processor has ${present.join(", ")}; ${rest}`, details: { present, built, unused } };
}
