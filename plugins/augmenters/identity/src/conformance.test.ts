import { AugmenterTester, conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const identity = new AugmenterTester(plugin, "identity", {
  leavesImages: "the original view is its augmented view",
  cases: [{ name: "every pixel stays", images: [[[1, 2]], [[3, 4]], [[5, 6]]], plan: null, expected: [[[1, 2]], [[3, 4]], [[5, 6]]] }],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of identity.checks) test(check.name, check.run);
