import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { installedPart } from "../addon/javascript-part.js";
import { linkPart } from "./link-part.js";

let folder: string;
let module: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-link-"));
  const put = (file: string, text: string): void => {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  put("project/node_modules/kdf-plugin/package.json", "{}");
  put("project/node_modules/kdf-plugin/dist/index.js", "");
  put("project/node_modules/tfjs/package.json", '{"main":"index.js"}');
  put("project/node_modules/tfjs/index.js", "module.exports = 'the TensorFlow.js of the project';");
  put("cache/javascript/package.json", '{"name":"@some/part","version":"4.22.0"}');
  put("cache/javascript/dist/index.js", "module.exports = require('tfjs');");
  module = pathToFileURL(join(folder, "project/node_modules/kdf-plugin/dist/index.js")).href;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const link = (): Promise<string> => linkPart("@some/part", join(folder, "cache/javascript"), module);
const part = { package: "@some/part", version: "4.22.0" };

it("lies beside the plugin's packages, finds the project's TensorFlow.js, and is found from then on", async () => {
  expect(installedPart(part, module)).toBeUndefined();
  const place = await link();
  expect(createRequire(module)(join(place, "dist/index.js"))).toBe("the TensorFlow.js of the project");
  expect(installedPart(part, module)).toBe(place);
});

it("is put there again after npm ci, and by two at once", async () => {
  const [first, second] = await Promise.all([link(), link()]);
  expect(first).toBe(second);
  rmSync(join(folder, "project/node_modules/kdf-plugin/node_modules"), { recursive: true });
  expect(readdirSync(join(await link(), ".."))).toEqual(["part"]);
});

it.skipIf(process.getuid?.() === 0)("where it cannot be written, the reason is told and nothing is left", async () => {
  chmodSync(join(folder, "project/node_modules/kdf-plugin"), 0o500);
  await expect(link()).rejects.toMatchObject({ code: "EACCES" });
  chmodSync(join(folder, "project/node_modules/kdf-plugin"), 0o700);
});
