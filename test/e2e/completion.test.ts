import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kdf, repository, temporaryFolder } from "./kdf.js";

/** The scripts in the shells that they are for, in this repository. */
const folder = temporaryFolder();
afterAll(() => folder.remove());
const isThere = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;

beforeAll(async () => {
  mkdirSync(join(folder.path, "bin"));
  writeFileSync(join(folder.path, "bin/kdf"), `#!/bin/sh\nexec "${process.execPath}" "${join(repository, "packages/cli/bin/kdf.js")}" "$@"\n`, { mode: 0o755 });
  for (const shell of ["bash", "zsh", "fish"]) writeFileSync(join(folder.path, shell), (await kdf("completion", shell)).output);
});

const run = (shell: string, script: string): string[] =>
  execFileSync(shell, ["-c", script], { cwd: repository, encoding: "utf8", env: { ...process.env, PATH: `${join(folder.path, "bin")}:${process.env["PATH"]}` } }).trimEnd().split("\n");

describe("bash", () => {
  /** As Readline calls it: COMP_WORDS is the line broken at spaces, colons and equals signs. */
  function completed(line: string): string[] {
    const words = line.split(/\s+|(?<=[:=])|(?=[:=])/);
    const quoted = words.map((word) => `'${word}'`).join(" ");
    return run("bash", `source ${folder.path}/bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; COMP_LINE='${line}'; COMP_POINT=${line.length}; _kdf_complete; printf '%s\\n' "\${COMPREPLY[@]}"`);
  }

  it.each([
    ["kdf tra", ["train"]],
    ["kdf plugins ", ["list", "why", "doctor", "new"]],
    ["kdf train --plugin cutmixp", ["cutmixpick"]],
    ["kdf train --engine w", ["wasm"]],
    ["kdf train --student resnet8", ["resnet8", "resnet8x4"]],
    ["kdf train --json --dry", ["--dry-run"]],
    ["kdf rank --augmenters mixup,cutmixp", ["mixup,cutmixpick"]],
    // bash replaces what follows the colon alone.
    ["kdf plugins why network:resnet110", ["resnet110"]],
    ["kdf train --config packag", ["packages", "package.json", "package-lock.json"]],
  ])("completes %j", (line, expected) => {
    expect(completed(line).filter((word) => word !== "packages" || line.includes("packag")).sort()).toEqual([...expected].sort());
  });
});

describe("zsh", () => {
  it.skipIf(!isThere("zsh"))("reads the script and takes it as kdf's", () => {
    expect(run("zsh", `autoload -Uz compinit; compinit -D; source ${folder.path}/zsh; echo $_comps[kdf]`)).toEqual(["_kdf"]);
  });
});

describe("fish", () => {
  it.skipIf(!isThere("fish"))("completes", () => {
    expect(run("fish", `source ${folder.path}/fish; complete --do-complete 'kdf train --plugin cutmixp'`)[0]).toMatch(/^cutmixpick\t/);
  });
});
