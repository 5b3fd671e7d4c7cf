import { isKdfError, pluginLeaked, pluginReturned, pluginThrew } from "@kdf/core";
import { scope, tensorCount } from "@kdf/tensor";

/** Which plugin is called, for what, and where in the run: named when it fails. */
export interface HookSite {
  readonly plugin: string;
  readonly hook: string;
  /** For example `stage distill, epoch 1, step 12`. */
  readonly where: string;
}

/** Calls a plugin; what it throws becomes KDF_PLUGIN_THREW with its name, unless it is an error of the catalogue. */
export function callHook<T>(site: HookSite, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw named(site, error);
  }
}

/** As `callHook`, for a hook that may wait. */
export async function callAsyncHook<T>(site: HookSite, body: () => T | Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw named(site, error);
  }
}

/**
 * Calls a hook that makes tensors. All it made but did not return is disposed; what it kept on purpose and did not
 * return is KDF_PLUGIN_LEAKED.
 */
export function callTensorHook<T>(site: HookSite, body: () => T): T {
  const before = tensorCount();
  const result = callHook(site, () => scope(body as () => never)) as T;
  const left = tensorCount() - before - countTensors(result);
  if (left > 0) throw pluginLeaked({ ...site, tensors: left });
  return result;
}

/** Throws KDF_PLUGIN_RETURNED unless `holds`. */
export function demandReturned(site: HookSite, holds: boolean, got: string, expected: string): void {
  if (!holds) throw pluginReturned({ plugin: site.plugin, hook: site.hook, got, expected });
}

function named(site: HookSite, error: unknown): unknown {
  if (isKdfError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return pluginThrew({ ...site, message }, { cause: error });
}

function countTensors(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  if ("dataId" in value) return 1;
  return Object.values(value).reduce<number>((count, part) => count + countTensors(part), 0);
}
