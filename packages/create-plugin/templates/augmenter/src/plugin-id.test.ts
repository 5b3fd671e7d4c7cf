import assert from "node:assert/strict";
import test from "node:test";
import { floats, integers, readNow, startReferenceEngine } from "@kdf/tensor";
import { AugmenterTester, conformance } from "@kdf/testing";
import plugin from "./index.js";
import { PluginIdAugmenter } from "./plugin-id.js";

/** What every augmenter and every plugin must do. */
const checks = [
  ...new AugmenterTester(plugin, "plugin-id", { options: [{}, { strength: 1 }] }).checks,
  ...conformance(plugin, { package: new URL("../package.json", import.meta.url) }),
];
for (const check of checks) test(check.name, check.run);

/** What this one does, by hand. */
test("multiplies each pixel by the contrast", async () => {
  await startReferenceEngine();
  const batch = { images: floats([-1, 0, 0.5, 2], [1, 2, 2, 1]), labels: integers([0], [1]), indices: integers([0], [1]) };
  const pool = new PluginIdAugmenter({ strength: 0.5 }).propose({ contrast: 1.5 }, batch);
  assert.deepEqual([...readNow(pool.images)], [-1.5, 0, 0.75, 3]);
});
