import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../assembly/", import.meta.url);

/** @returns {string} SHA-256 over names and contents of assembly/*.ts, whatever their line ends */
export function hashSources() {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".ts")).sort()) {
    hash.update(`${name}\n${readFileSync(new URL(name, folder), "utf8").replaceAll("\r\n", "\n")}\n`);
  }
  return hash.digest("hex");
}
