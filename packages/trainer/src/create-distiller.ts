import type { Distiller, ExtensionRegistry } from "@kdf/core";
import { parseDistillerEntry } from "@kdf/host";
import { CombinedDistiller } from "./combined-distiller.js";

/** The distiller that an entry names, or the several as one: `kd`, `crd?weights.crossEntropy=0.5+kd`. */
export async function createDistiller(entry: string, registry: ExtensionRegistry): Promise<Distiller> {
  const parts = parseDistillerEntry(entry);
  const made = await Promise.all(
    parts.map(async ({ id, options }) => ({ id, distiller: await registry.create("distiller", id, options) })),
  );
  return made.length === 1 ? made[0]!.distiller : new CombinedDistiller(made);
}
