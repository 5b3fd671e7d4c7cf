import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InstallationFolder } from "@kdf/data";
import { afterAll, expect, it } from "vitest";
import { addonFile } from "../addon/addon.js";
import { engineOptions, startNative } from "./start-native.js";

const cacheDirectory = mkdtempSync(join(tmpdir(), "kdf-start-"));
afterAll(() => rmSync(cacheDirectory, { recursive: true }));
const target = { id: "tensorflow", project: "tensorflow-cpu", part: { package: "@tensorflow/tfjs-node", version: "4.22.0" }, module: import.meta.url, cacheDirectory };

/** As an addon registers itself that was compiled for Node with module version 1, and not by Node-API. */
const source = `
struct Module { int version; unsigned flags; void* library; const char* file; void* start; void* context; const char* name; void* data; Module* next; };
extern "C" void node_module_register(void*);
static Module module = { 1, 0, nullptr, "x", nullptr, nullptr, "x", nullptr, nullptr };
__attribute__((constructor)) static void enlist() { node_module_register(&module); }
`;

it("an addon of another Node is told as what an installation mends", async () => {
  await new InstallationFolder(target).install({
    bytes: 0,
    wanted: {},
    make: async (made) => {
      writeFileSync(join(made, "addon.cc"), source);
      execFileSync(process.env["CXX"] ?? "g++", ["-fPIC", "-shared", join(made, "addon.cc"), "-o", join(made, addonFile)]);
      // Where npm left the part out, the installation's is copied: not beside the tests.
      cpSync(join(made, "addon.cc"), join(made, "javascript"));
      return {};
    },
  });
  await expect(startNative(target, engineOptions.parse({}))).rejects.toMatchObject({
    code: "KDF_ENGINE_NOT_INSTALLED",
    explanation: { happened: expect.stringContaining("compiled against a different Node.js version") as string, fix: expect.stringContaining("npx kdf engine install tensorflow") as string },
  });
});
