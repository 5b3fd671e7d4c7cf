import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { findCompiler } from "./compiler.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-compiler-test-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function command(name: string, script: string): string {
  writeFileSync(join(folder, name), `#!/bin/sh\n[ "$1" = --version ] && echo "${name} 1.0" && exit\n${script}\n`, { mode: 0o755 });
  return join(folder, name);
}

it("is the one that CXX names, after it has built a small library with the headers of Node and of C++", async () => {
  vi.stubEnv("CXX", command("own", `echo "$@" > ${folder}/asked`));
  expect(await findCompiler("tensorflow")).toEqual({ command: join(folder, "own"), version: "own 1.0" });
});

it("where it lacks a header or a linker is refused with its own words and a line to type", async () => {
  vi.stubEnv("CXX", command("half", 'echo "trial.cc:2:10: fatal error: memory: No such file or directory" >&2; exit 1'));
  await expect(findCompiler("tensorflow")).rejects.toMatchObject({
    code: "KDF_INSTALLATION_REFUSED",
    explanation: { happened: expect.stringContaining("fatal error: memory: No such file") as string, fix: expect.stringContaining("apt-get install g++") as string },
  });
});

it("where there is none, each name that was tried is told", async () => {
  vi.stubEnv("CXX", "");
  vi.stubEnv("PATH", folder);
  await expect(findCompiler("tensorflow")).rejects.toMatchObject({ explanation: { happened: expect.stringContaining("g++, clang++, c++") as string, fix: expect.stringContaining("apt-get install g++") as string } });
});
