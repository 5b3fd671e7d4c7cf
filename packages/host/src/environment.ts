import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where downloads are kept between runs: KDF_CACHE_DIR, else `kdf` in XDG_CACHE_HOME, else in ~/.cache. */
export function cacheDirectory(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const { KDF_CACHE_DIR: own, XDG_CACHE_HOME: shared } = environment;
  if (own !== undefined && own !== "") return resolve(own);
  return join(shared !== undefined && shared !== "" ? shared : join(homedir(), ".cache"), "kdf");
}
