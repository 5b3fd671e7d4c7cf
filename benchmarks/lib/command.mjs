import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./result.mjs";

/** Starts the built `kdf` in the repository, as a user would. Its progress goes where `messages` says. */
export function startKdf(parameters, messages = "ignore") {
  const command = join(repository, "packages/cli/bin/kdf.js");
  return spawn(process.execPath, [command, ...parameters], { cwd: repository, stdio: ["ignore", "pipe", messages] });
}

/** Its standard output and exit code, once it has ended. */
export function ended(child) {
  return new Promise((done, fail) => {
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.on("error", fail);
    child.on("close", (code) => done({ code, output }));
  });
}

/** Runs `body` with a folder of its own and removes that. */
export async function inTemporaryFolder(body) {
  const folder = mkdtempSync(join(tmpdir(), "kdf-benchmark-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
