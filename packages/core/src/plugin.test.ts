import { expect, it } from "vitest";
import { definePlugin, isPlugin, kinds, type PluginDefinition } from "./plugin.js";

const definition: PluginDefinition = { id: "empty", provides: {} };

it("definePlugin marks a definition, leaves the given one alone and freezes its own", () => {
  const plugin = definePlugin(definition);
  expect(plugin).toMatchObject(definition);
  expect(isPlugin(plugin)).toBe(true);
  expect(isPlugin(definition)).toBe(false);
  expect(Object.isFrozen(plugin)).toBe(true);
});

it.each([undefined, null, "plugin", {}, () => definePlugin(definition), [definePlugin(definition)]])(
  "%o is no plugin",
  (value) => expect(isPlugin(value)).toBe(false),
);

it("a plugin of another copy of core is one", () => {
  expect(isPlugin({ ...definition, [Symbol.for("kdf.plugin")]: 1 })).toBe(true);
});

it("a plugin of another version of the contract is none", () => {
  expect(isPlugin({ ...definition, [Symbol.for("kdf.plugin")]: 2 })).toBe(false);
});

it("kinds have no duplicates", () => {
  expect(new Set(kinds).size).toBe(kinds.length);
});
