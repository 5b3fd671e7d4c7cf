import test from "node:test";
import { AugmenterTester, conformance } from "@kdf/testing";
import plugin from "./index.js";

/** What every augmenter must do, and by hand what this one does: images × rows × columns, before and after a plan. */
const tester = new AugmenterTester(plugin, "plugin-id", {
  options: [{}, { strength: 1 }],
  cases: [
    {
      name: "each pixel is multiplied by the contrast",
      images: [[[-1, 0], [0.5, 2]]],
      plan: { contrast: 1.5 },
      expected: [[[-1.5, 0], [0.75, 3]]],
    },
  ],
  refused: [{ name: "a contrast that would turn negative", options: { strength: 1.5 } }],
});
for (const check of tester.checks) test(check.name, check.run);

/** What every plugin must do. */
for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
