import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { repository, temporaryFolder } from "./kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Runs the script with an `npx` that only notes where it was started and with what, and fails. */
function noted(script: string, directory: string): { readonly status: number | null; readonly note: string[] } {
  const file = join(folder.path, "note");
  writeFileSync(join(folder.path, "npx"), `#!/bin/sh\npwd > "${file}"\nfor word; do echo "$word" >> "${file}"; done\nexit 3\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${folder.path}${delimiter}${process.env["PATH"]}` };
  const { status } = spawnSync(process.execPath, [join(repository, script)], { cwd: join(repository, directory), env, stdio: "ignore" });
  return { status, note: readFileSync(file, "utf8").trimEnd().split("\n") };
}

it.skipIf(process.platform === "win32").each([
  ["plugins/teachers/fashion-mnist-teacher/scripts/make-teacher.mjs", "resnet14"],
  ["benchmarks/baselines.mjs", "--no-teacher"],
])("%s trains in the repository, where the plugins are declared, wherever it is started", (script, word) => {
  const made = [dirname(script).replace(/\/scripts$/, ""), "."].map((directory) => noted(script, directory));
  for (const { status, note } of made) {
    expect(status).not.toBe(0);
    expect(note.slice(0, 3)).toEqual([repository, "kdf", "train"]);
    expect(note).toContain(word);
  }
  const runOf = (note: string[]): string => note[note.indexOf("--run-dir") + 1]!;
  expect(made.map(({ note }) => runOf(note).startsWith("/"))).toEqual([true, true]);
});

it("the teacher's run lies in the repository's own runs", () => {
  const { note } = noted("plugins/teachers/fashion-mnist-teacher/scripts/make-teacher.mjs", "plugins/teachers/fashion-mnist-teacher");
  expect(note).toContain(join(repository, "runs/fashion-mnist-teacher"));
});
