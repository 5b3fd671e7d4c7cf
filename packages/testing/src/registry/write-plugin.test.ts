import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { manifestSchema } from "@kdf/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { testPlugins } from "./test-plugins.js";
import { writePlugin } from "./write-plugin.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "kdf-plugin-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test.each(Object.keys(testPlugins) as (keyof typeof testPlugins)[])("%s as a package: a manifest, and code that imports the kit", async (id) => {
  const kit = join(directory, "kit.mjs");
  writeFileSync(kit, `export const testPlugins = { ${JSON.stringify(id)}: "the plugin" };\n`);
  const folder = writePlugin(join(directory, id), id, pathToFileURL(kit).href);
  const json = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  const manifest = manifestSchema.parse(json["kdf"]);
  expect(manifest.id).toBe(id);
  expect(manifest.provides.length).toBeGreaterThan(0);
  expect(json["peerDependencies"]).toEqual({ "@kdf/core": "^1.0.0" });
  const module = (await import(/* @vite-ignore */ pathToFileURL(join(folder, "index.js")).href)) as { default: unknown };
  expect(module.default).toBe("the plugin");
});
