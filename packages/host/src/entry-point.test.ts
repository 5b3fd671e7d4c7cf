import { expect, it } from "vitest";
import { entryPoint } from "./entry-point.js";

it.each([
  [{ exports: "./index.js" }, "./index.js"],
  [{ exports: { types: "./a.d.ts", default: "./a.js" } }, "./a.js"],
  [{ exports: { ".": "./a.js", "./package.json": "./package.json" } }, "./a.js"],
  [{ exports: { ".": { types: "./a.d.ts", import: "./a.mjs", default: "./a.js" } } }, "./a.mjs"],
  [{ exports: { ".": { require: "./a.cjs", node: { browser: "./b.js", import: "./a.mjs" } } } }, "./a.mjs"],
  [{ exports: { ".": { default: "./first.js", import: "./second.js" } } }, "./first.js"],
  [{ main: "lib/index.js" }, "lib/index.js"],
  [{ exports: { "./package.json": "./package.json" }, main: "lib/index.js" }, undefined],
  [{ exports: { ".": { require: "./a.cjs" } } }, undefined],
  [{ exports: "../outside.js" }, undefined],
  [{ exports: null }, undefined],
  [{}, undefined],
])("the entry of %j is %s", (json, entry) => expect(entryPoint(json)).toBe(entry));
