import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Origin, RunRecord } from "@kdf/core";
import { readPackage } from "./package-folder.js";

/** What run.json says of a plugin: which it was, and a hash of all that it publishes. */
export function pluginRecord(origin: Origin): RunRecord["plugins"][number] {
  const { plugin: id, package: name, version, directory } = origin;
  return { id, package: name, version, hash: hashOfFiles(directory, publishedFiles(directory)) };
}

/** Paths of package.json and of all that its `files` names, sorted, with `/` on every system. */
function publishedFiles(directory: string): string[] {
  const { files } = readPackage(directory)?.json ?? {};
  const named = Array.isArray(files) ? files.filter((entry): entry is string => typeof entry === "string") : ["dist"];
  // The folder before a pattern's first wildcard holds all that the pattern can mean.
  const roots = named.map((entry) => entry.replace(/^\.?\//, "").split("/").slice(0, firstPattern(entry)).join("/"));
  return [...new Set(["package.json", ...roots.flatMap((root) => filesUnder(directory, root))])].sort();
}

function firstPattern(entry: string): number {
  const at = entry.replace(/^\.?\//, "").split("/").findIndex((part) => /[*?[{!]/.test(part));
  return at === -1 ? Number.POSITIVE_INFINITY : at;
}

function filesUnder(directory: string, path: string): string[] {
  const status = statSync(join(directory, path), { throwIfNoEntry: false });
  if (status?.isFile()) return [path];
  if (!status?.isDirectory()) return [];
  return readdirSync(join(directory, path))
    .filter((name) => name !== "node_modules" && !name.startsWith(".git"))
    .flatMap((name) => filesUnder(directory, path === "" ? name : `${path}/${name}`));
}

function hashOfFiles(directory: string, paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) {
    const content = readFileSync(join(directory, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
