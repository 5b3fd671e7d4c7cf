import { dirname, join } from "node:path";
import { configurationUnreadable } from "@kdf/core";
import { readPackage } from "./package-folder.js";

/** The project that the user works in: its package.json says which plugins may be used. */
export interface Project {
  readonly directory: string;
  /** Path of package.json; undefined outside any project, where nothing is declared. */
  readonly file: string | undefined;
  /** Packages that it depends on, in its order. */
  readonly declared: readonly string[];
}

/** The nearest folder from `directory` upwards with a package.json. KDF_CONFIGURATION_UNREADABLE if that is damaged. */
export function findProject(directory: string): Project {
  for (let at = directory; ; at = dirname(at)) {
    const found = readPackage(at);
    if (found !== undefined) {
      const file = join(at, "package.json");
      if (found.damage !== undefined) {
        throw configurationUnreadable({ file, problem: found.damage, expected: "a package.json as npm reads it", fix: "correct it, or go to another folder" });
      }
      const { dependencies, devDependencies, optionalDependencies } = found.json;
      const declared = [dependencies, devDependencies, optionalDependencies].flatMap((part) => Object.keys(part ?? {}));
      return { directory: at, file, declared: [...new Set(declared)] };
    }
    if (dirname(at) === at) return { directory, file: undefined, declared: [] };
  }
}
