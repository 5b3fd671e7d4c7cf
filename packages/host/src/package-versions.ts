import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { findPackage } from "./package-folder.js";

/** Versions of Node and of those of kdf's rooms that are installed beside the host, by package. */
export function packageVersions(): Record<string, string> {
  const here = dirname(fileURLToPath(import.meta.url));
  const rooms = ["core", "tensor", "nn", "data", "host", "trainer", "cli"].map((room) => `@kdf/${room}`);
  const entries = rooms.flatMap((name) => {
    const version = findPackage(name, here)?.json.version;
    return typeof version === "string" ? [[name, version]] : [];
  });
  return { node: process.versions.node, ...Object.fromEntries(entries) };
}
