import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kdf, temporaryFolder } from "../e2e/kdf.js";
import { root } from "./cached.js";
import { fish, zsh, type Shell } from "./shells.js";
import { typeAtTerminal } from "./terminal.js";

/** `kdf completion zsh` and `fish` in the shells that they are for; bash stands in test/e2e. */
const folder = temporaryFolder();
afterAll(() => folder.remove());
const scriptOf = (shell: string): string => join(folder.path, `kdf.${shell}`);
const path = `${join(folder.path, "bin")}:${process.env["PATH"]}`;

beforeAll(async () => {
  mkdirSync(join(folder.path, "bin"));
  writeFileSync(join(folder.path, "bin/kdf"), `#!/bin/sh\nexec "${process.execPath}" "${join(root, "packages/cli/bin/kdf.js")}" "$@"\n`, { mode: 0o755 });
  for (const shell of ["zsh", "fish"]) writeFileSync(scriptOf(shell), (await kdf("completion", shell)).output);
});

/** What is typed before the Tab key, and the line that it gives; a space at its end where the word cannot go on. */
const lines: readonly (readonly [typed: string, completed: string])[] = [
  ["kdf tra", "kdf train "],
  ["kdf plugins docto", "kdf plugins doctor "],
  ["kdf train --json --dry", "kdf train --json --dry-run "],
  ["kdf train --plugin cutmixp", "kdf train --plugin cutmixpick "],
  ["kdf train --engine=was", "kdf train --engine=wasm "],
  ["kdf rank --augmenters mixup,cutmixp", "kdf rank --augmenters mixup,cutmixpick"],
  ["kdf plugins why network:resnet110", "kdf plugins why network:resnet110 "],
  ["kdf train --config tsconfig.ba", "kdf train --config tsconfig.base.json "],
  ["kdf train --set cutmixp", "kdf train --set cutmixpick."],
];

describe("zsh", () => {
  it("completes commands, options, ids, settings and files at its prompt", async () => {
    const { program, setup }: Shell = await zsh();
    const file = join(folder.path, ".zshrc");
    writeFileSync(
      file,
      [
        setup,
        "autoload -Uz compinit && compinit -D -u",
        `source ${scriptOf("zsh")}`,
        "PS1='ready> '",
        // A key that shows the line as it stands, and empties it.
        'show() { zle -I; print -r -- "[$BUFFER]"; BUFFER="" }',
        "zle -N show; bindkey '^X' show",
        "",
      ].join("\n"),
    );
    const typed = lines.map(([line], place) => ({ wait: place === 0 ? "ready> " : String.raw`\]`, type: `${line}\t\x18` }));
    const { shown, code } = await typeAtTerminal({
      command: [program, "-d", "-i"],
      directory: root,
      environment: { ZDOTDIR: folder.path, PATH: path, TERM: "xterm", LC_ALL: "C.UTF-8" },
      steps: [...typed, { wait: String.raw`\]`, type: "exit\r" }],
    });
    const found = [...shown.matchAll(/^\[(kdf [^\]]*)\]\r?$/gm)].map(([, line]) => line);
    expect(found, shown).toEqual(lines.map(([, completed]) => completed));
    expect(code).toBe(0);
  });
});

describe("fish", () => {
  it("completes the same", async () => {
    const { program, environment, setup } = await fish();
    const asked = lines.map(([typed]) => `complete --do-complete '${typed}'; echo ==`);
    const output = execFileSync(program, ["--no-config", "--command", [setup, `source ${scriptOf("fish")}`, ...asked].join("\n")], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, ...environment, PATH: path, HOME: folder.path, XDG_CONFIG_HOME: folder.path },
    });
    // A candidate is the last word of the line, with its description behind a tab.
    const found = output.split("==\n").slice(0, -1).map((block) => block.trimEnd().split("\n").map((line) => line.split("\t")[0]));
    expect(found).toEqual(lines.map(([, completed]) => [completed.trimEnd().split(" ").at(-1)]));
    expect(output).toMatch(/^cutmixpick\t\S/m);
  });
});
