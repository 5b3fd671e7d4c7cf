import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findRuntime, modulesOf, runtimeFolder, runtimePackage } from "./runtime.js";

let cacheDirectory: string;
beforeEach(() => void (cacheDirectory = mkdtempSync(join(tmpdir(), "kdf-runtime-"))));
afterEach(() => rmSync(cacheDirectory, { recursive: true }));

const nothingBeside = {
  resolve: ((name: string) => {
    throw new Error(`Cannot find module ${name}`);
  }) as unknown as NodeJS.RequireResolve,
};

/** Stands for what the installer makes. */
async function install(): Promise<string> {
  const { directory } = await runtimeFolder(cacheDirectory).install({
    bytes: 1,
    wanted: {},
    make: async (made) => {
      mkdirSync(join(modulesOf(made), runtimePackage), { recursive: true });
      writeFileSync(join(modulesOf(made), runtimePackage, "package.json"), '{"main": "main.js"}');
      writeFileSync(join(modulesOf(made), runtimePackage, "main.js"), "");
      return {};
    },
  });
  return join(modulesOf(directory), runtimePackage, "main.js");
}

it("is the package beside the plugin before the installed one", async () => {
  const installed = await install();
  expect(await findRuntime(cacheDirectory, nothingBeside)).toBe(installed);
  expect(await findRuntime(cacheDirectory, { resolve: (() => "/beside/main.js") as unknown as NodeJS.RequireResolve })).toBe("/beside/main.js");
});

it.each([
  ["absent", async () => {}, "neither installed beside"],
  ["damaged", async () => rmSync(await install()), "main.js is missing"],
])("%s, the message says how it is installed", async (_, prepare, problem) => {
  await prepare();
  await expect(findRuntime(cacheDirectory, nothingBeside)).rejects.toMatchObject({
    code: "KDF_RUNTIME_NOT_INSTALLED",
    explanation: { happened: expect.stringContaining(problem) as string, fix: "npx kdf engine install onnx" },
  });
});
