import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../test/e2e/kdf.js";

const { path: folder, remove } = temporaryFolder();
afterAll(remove);

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, "study", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const task = (name: string, state: string) => ({
  [`${name}/outcome.json`]: JSON.stringify({ state, directory: join(folder, "study", name, "run") }),
  [`${name}/config.yaml`]: `teacher: ${join(folder, "study", "teachers/a/run")}\n`,
  [`${name}/log.txt`]: "",
  [`${name}/run/run.json`]: JSON.stringify({ command: ["kdf", "--data-dir", join(folder, "images")] }),
  [`${name}/run/metrics.jsonl`]: '{"type":"step","total":1}\n{"type":"training","epoch":0}\n',
  [`${name}/run/checkpoints/last/state.json`]: JSON.stringify({ files: { student: "student-5.safetensors", training: "training-5.safetensors" } }),
  [`${name}/run/checkpoints/last/student-5.safetensors`]: "weights",
  [`${name}/run/checkpoints/last/training-5.safetensors`]: "momenta",
});

test("keeps what finished tasks came to, weights of teachers alone, and no path of this machine", () => {
  write({
    "study.json": "{}",
    "report.html": "<p>",
    "plots/a.svg": "<svg>",
    ...task("teachers/a", "done"),
    ...task("cells/a/identity/seed-0", "done"),
    ...task("cells/a/identity/seed-1", "failed"),
  });
  const copy = join(folder, "copy");
  execFileSync("node", [join(import.meta.dirname, "keep.mjs"), join(folder, "study"), copy, join(folder, "images")]);
  const files = readdirSync(copy, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(copy.length + 1));
  const ofTask = (name: string): string[] => ["config.yaml", "outcome.json", "run/metrics.jsonl", "run/run.json"].map((file) => `${name}/${file}`);
  expect(files.sort()).toEqual([
    ...ofTask("cells/a/identity/seed-0"),
    "plots/a.svg",
    "report.html",
    "study.json",
    ...ofTask("teachers/a"),
    "teachers/a/run/checkpoints/last/state.json",
    "teachers/a/run/checkpoints/last/student-5.safetensors",
  ].sort());
  expect(readFileSync(join(copy, "cells/a/identity/seed-0/config.yaml"), "utf8")).toBe("teacher: ./teachers/a/run\n");
  expect(readFileSync(join(copy, "teachers/a/run/metrics.jsonl"), "utf8")).toBe('{"type":"training","epoch":0}\n');
  for (const file of files) expect(readFileSync(join(copy, file), "utf8")).not.toContain(folder);
  expect(existsSync(join(folder, "study/cells/a/identity/seed-1"))).toBe(true);
});
