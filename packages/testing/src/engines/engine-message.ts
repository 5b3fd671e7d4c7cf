import type { EngineReport } from "@kdf/core";
import type { Computed } from "./compute.js";

export interface EngineRequest {
  /** Address of the plugin's module; the reference engine, unless given. */
  readonly plugin?: string;
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly cacheDirectory?: string;
}

/** What the engine's process tells, in this order. */
export type EngineMessage =
  /** `second`: the code of what a second engine is refused with. */
  | { readonly report: EngineReport; readonly second: string | undefined }
  | { readonly begins: string }
  | ({ readonly ends: string } & (Computed | { readonly threw: string }))
  | { readonly complete: true }
  | { readonly failed: string };
