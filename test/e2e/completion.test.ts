import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kdf, repository, temporaryFolder } from "./kdf.js";

/** The script in the shell that it is for, in this repository; those of zsh and fish stand in test/external. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

beforeAll(async () => {
  mkdirSync(join(folder.path, "bin"));
  writeFileSync(join(folder.path, "bin/kdf"), `#!/bin/sh\nexec "${process.execPath}" "${join(repository, "packages/cli/bin/kdf.js")}" "$@"\n`, { mode: 0o755 });
  writeFileSync(join(folder.path, "bash"), (await kdf("completion", "bash")).output);
});

const run = (script: string, directory: string): string[] =>
  execFileSync("bash", ["--norc", "--noprofile", "-c", script], { cwd: directory, encoding: "utf8", env: { ...process.env, PATH: `${join(folder.path, "bin")}:${process.env["PATH"]}` } }).trimEnd().split("\n");

describe("bash", () => {
  /** As Readline calls what is registered for kdf: COMP_WORDS is the line broken at spaces, colons and equals signs. */
  function completed(line: string, directory = repository): string[] {
    const words = line.split(/\s+|(?<=[:=])|(?=[:=])/);
    const quoted = words.map((word) => `'${word}'`).join(" ");
    return run(`source ${folder.path}/bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; COMP_LINE='${line}'; COMP_POINT=${line.length}; registered=$(complete -p kdf); [[ "$registered" =~ -F[[:space:]]([^[:space:]]+) ]]; "\${BASH_REMATCH[1]}"; printf '%s\\n' "\${COMPREPLY[@]}"`, directory);
  }

  it.each([
    ["kdf tra", ["train"]],
    ["kdf plugins ", ["list", "why", "doctor", "new"]],
    ["kdf train --plugin cutmixp", ["cutmixpick"]],
    ["kdf train --engine was", ["wasm"]],
    // bash replaces what follows the equals sign alone.
    ["kdf train --engine=was", ["wasm"]],
    ["kdf train --student resnet8", ["resnet8", "resnet8x4"]],
    ["kdf train --json --dry", ["--dry-run"]],
    ["kdf rank --augmenters mixup,cutmixp", ["mixup,cutmixpick"]],
    // bash replaces what follows the colon alone.
    ["kdf plugins why network:resnet110", ["resnet110"]],
    ["kdf train --config packag", ["packages", "package.json", "package-lock.json"]],
  ])("completes %j", (line, expected) => {
    expect(completed(line).filter((word) => word !== "packages" || line.includes("packag")).sort()).toEqual([...expected].sort());
  });

  it("runs no code of a plugin, and completes one whose code would end in an error", () => {
    const project = join(folder.path, "project");
    const place = join(project, "node_modules/kdf-plugin-fragile");
    const ran = join(folder.path, "ran");
    mkdirSync(place, { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify({ dependencies: { "kdf-plugin-fragile": "*" } }));
    const manifest = { manifest: 1, id: "fragile", provides: ["engine:fragile-engine", "augmenter:fragile"] };
    writeFileSync(join(place, "package.json"), JSON.stringify({ name: "kdf-plugin-fragile", version: "1.0.0", type: "module", exports: "./index.js", kdf: manifest, peerDependencies: { "@kdf/core": "^1.0.0" } }));
    writeFileSync(join(place, "index.js"), `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(ran)}, "");\nthrow new Error("its code ran");\n`);
    expect(completed("kdf train --plugin frag", project)).toEqual(["fragile"]);
    expect(completed("kdf train --engine frag", project)).toEqual(["fragile-engine"]);
    expect(completed("kdf train --set frag", project).sort()).toEqual(["fragile-engine.", "fragile."]);
    expect(existsSync(ran)).toBe(false);
  });

  it("is silent where package.json is damaged", () => {
    const damaged = join(folder.path, "damaged");
    mkdirSync(damaged);
    writeFileSync(join(damaged, "package.json"), "{");
    expect(completed("kdf train --engine w", damaged)).toEqual([""]);
    expect(completed("kdf tra", damaged)).toEqual(["train"]);
  });
});
