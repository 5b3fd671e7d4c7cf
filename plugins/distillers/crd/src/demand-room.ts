import { totalmem } from "node:os";
import { distillerMisfit, type EngineLimits } from "@kdf/core";

export type BankPlace = "engine" | "host";

/** Node 20 reads no larger file back. */
const largestFile = 2 ** 31 - 1;

interface Need {
  readonly what: string;
  /** As many times the bytes of one bank. */
  readonly banks: number;
  readonly limit: number;
  readonly holder: string;
  readonly instead: string;
}

/**
 * Throws KDF_DISTILLER_MISFIT, with the figures, where it is known that two banks [length,size] of float32 do not fit: in
 * one tensor, in the engine's memory with the copy that an update makes of one, in the `host`'s memory (bytes), in a checkpoint.
 */
export function demandRoom([length, size]: readonly [number, number], place: BankPlace, limits: EngineLimits = {}, host = hostMemory()): void {
  const bytes = 4 * length * size;
  for (const { what, banks, limit, holder, instead } of needs(place, limits, host)) {
    if (banks * bytes <= limit) continue;
    const most = Math.floor(limit / (banks * 4 * length));
    throw distillerMisfit({
      distiller: "crd",
      problem: `${what}, for ${length} images ${size} numbers each, take ${megabytes(banks * bytes)} MB, and ${holder} at most ${megabytes(limit)} MB`,
      expected: most === 0 ? "a smaller training split" : `embeddings of at most ${most} numbers, or a smaller training split`,
      fix: `${instead}${most === 0 ? "use fewer images" : `--set crd.embeddingSize=${most}, or use fewer images`}`,
    });
  }
}

function needs(place: BankPlace, { tensor = Infinity, memory = Infinity }: EngineLimits, host: number): readonly Need[] {
  const checkpoint = { what: "its two banks", banks: 2, limit: largestFile, holder: "a checkpoint's file can be read back with", instead: "" };
  if (place === "host") return [{ what: "its two banks", banks: 2, limit: host, holder: "this process may have", instead: "" }, checkpoint];
  const instead = "--set crd.bank=host; or ";
  return [
    checkpoint,
    { what: "the numbers of a bank", banks: 1, limit: tensor, holder: "a tensor of this engine has", instead },
    { what: "its two banks and the copy that an update makes", banks: 3, limit: memory, holder: "this engine holds", instead },
  ];
}

/** What the machine has, or what its operating system grants this process. */
function hostMemory(): number {
  const granted = process.constrainedMemory();
  return granted > 0 ? Math.min(granted, totalmem()) : totalmem();
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
