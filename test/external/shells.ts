import { readdirSync } from "node:fs";
import { join } from "node:path";
import { debianPackage } from "./debian.js";

export interface Shell {
  readonly program: string;
  /** What it finds its own parts by, where it is not installed in `/`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lines of the shell that are to run first, for the same reason. */
  readonly setup: string;
}

/** Debian's zsh, with its functions. */
export async function zsh(): Promise<Shell> {
  const [binary, common] = [await debianPackage("zsh"), await debianPackage("zsh-common")];
  const setup = [
    `module_path=(${join(binary, "usr/lib")}/*/zsh/*(/N))`,
    `fpath=(${join(common, "usr/share/zsh/functions")}/**/*(/N))`,
    // Its terminal may be of a type that this machine does not describe.
    "TERM=xterm",
  ];
  return { program: join(binary, "bin/zsh"), environment: {}, setup: setup.join("\n") };
}

/** Debian's fish, with its functions. */
export async function fish(): Promise<Shell> {
  const [binary, common, expressions] = [await debianPackage("fish"), await debianPackage("fish-common"), await debianPackage("libpcre2-32-0")];
  const libraries = join(expressions, "usr/lib");
  const [folder = ""] = readdirSync(libraries);
  return {
    program: join(binary, "usr/bin/fish"),
    environment: { LD_LIBRARY_PATH: join(libraries, folder) },
    setup: `set --global fish_function_path ${join(common, "usr/share/fish/functions")}`,
  };
}
