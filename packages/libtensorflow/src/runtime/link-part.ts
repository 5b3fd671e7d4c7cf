import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Puts the JavaScript part `name` from the folder `source` beside the packages of the plugin whose module is given, so
 * that it finds the same TensorFlow.js as everything else: where npm left it out, and again after `npm ci`. Returns its
 * folder.
 */
export async function linkPart(name: string, source: string, module: string): Promise<string> {
  const place = join(packageFolder(fileURLToPath(module)), "node_modules", name);
  const made = `${place}.${randomUUID()}`;
  await mkdir(dirname(place), { recursive: true });
  await cp(source, made, { recursive: true });
  await rename(made, place).catch(async (error: Error) => {
    await rm(made, { recursive: true, force: true });
    // Another process was first.
    if (!existsSync(join(place, "package.json"))) throw error;
  });
  return place;
}

function packageFolder(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}
