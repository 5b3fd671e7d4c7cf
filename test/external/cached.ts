import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

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
 * The folder `name` of the ignored folder .external, filled by `fill` unless an earlier run finished that. Test files of the
 * project external run one after the other, so no two fill it at once.
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(root, ".external", name);
  const stamp = join(folder, ".complete");
  if (existsSync(stamp)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fill(folder);
  await writeFile(stamp, "");
  return folder;
}
