import { expect, it } from "vitest";
import { augmenterPackage, TemporaryProject } from "../test-support/temporary-project.js";
import { augmenterChain } from "./augmenter-chain.js";
import { PluginIndex } from "./plugin-index.js";
import { findProject } from "./project.js";

const index = (): PluginIndex => {
  const project = TemporaryProject.with(
    augmenterPackage("a"),
    augmenterPackage("b", { manifest: { manifest: 1, id: "b", provides: ["metric:b", "augmenter:blur"] } }),
    augmenterPackage("m", { manifest: { manifest: 1, id: "m", provides: ["metric:m"] } }),
    augmenterPackage("pack", { manifest: { manifest: 1, id: "pack", provides: ["augmenter:x", "augmenter:y"] } }),
  );
  return new PluginIndex(findProject(project.directory));
};

it("is what the named plugins provide, in the order named", () => {
  expect(augmenterChain(["b", "m", "a"], index())).toEqual(["blur", "a"]);
  expect(augmenterChain([], index())).toEqual([]);
});

it("refuses an augmenter that comes twice, under whatever names", () => {
  expect(() => augmenterChain(["a", "m", "@kdf/plugin-a"], index())).toThrow(
    expect.objectContaining({ code: "KDF_CONFIGURATION_INVALID", message: expect.stringContaining("a is named twice") }),
  );
});

it("refuses a plugin that leaves open which augmenter is meant", () => {
  expect(() => augmenterChain(["a", "pack"], index())).toThrow(
    expect.objectContaining({ code: "KDF_CONFIGURATION_INVALID", message: expect.stringContaining("(x, y)") }),
  );
});
