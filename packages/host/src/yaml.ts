import { createRequire } from "node:module";

/** The YAML library, loaded when the first text is read or written: most commands never need it. */
export function yaml(): typeof import("yaml") {
  loaded ??= createRequire(import.meta.url)("yaml") as typeof import("yaml");
  return loaded;
}

let loaded: typeof import("yaml") | undefined;
