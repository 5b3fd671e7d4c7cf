import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { withLock } from "@kdf/data";

export const root = resolve(import.meta.dirname, "../..");

/** Runs a program; throws with the end of what it printed when it fails or is missing. */
export function run(program: string, parameters: readonly string[], directory = root): Promise<string> {
  return new Promise((done, fail) => {
    execFile(program, parameters, { cwd: directory, maxBuffer: 1 << 28 }, (error, output, problems) => {
      if (error === null) done(output);
      else fail(new Error(`${program} ${parameters.join(" ")} failed: ${error.message}\n${`${output}\n${problems}`.slice(-4_000)}`));
    });
  });
}

/**
 * The folder `name` of the ignored folder .external, filled by `fill` unless an earlier run finished that. One process fills
 * it; others that want it wait.
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(root, ".external", name);
  const stamp = join(folder, ".complete");
  await mkdir(dirname(folder), { recursive: true });
  return withLock(`${folder}.lock`, async () => {
    if (existsSync(stamp)) return folder;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await fill(folder);
    await writeFile(stamp, "");
    return folder;
  });
}
