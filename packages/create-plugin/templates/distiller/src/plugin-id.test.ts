import assert from "node:assert/strict";
import test from "node:test";
import type { DistillerSubject, ModelDescription } from "@kdf/core";
import { createStreams, floats, integers, readNow, startReferenceEngine } from "@kdf/tensor";
import { conformance, DistillerTester } from "@kdf/testing";
import plugin from "./index.js";
import { PluginIdDistiller } from "./plugin-id.js";

/** What every distiller and every plugin must do. */
const checks = [
  ...new DistillerTester(plugin, "plugin-id", { options: [{}, { labels: 0, logits: 1 }] }).checks,
  ...conformance(plugin, { package: new URL("../package.json", import.meta.url) }),
];
for (const check of checks) test(check.name, check.run);

/** What this one computes, by hand. */
const model: ModelDescription = { network: "any", input: { size: 4, channels: 1, mean: [0], std: [1] }, classes: 2, taps: {} };
const subject: DistillerSubject = {
  teacher: model,
  student: model,
  dataset: { classes: ["a", "b"], trainingSize: 2, labels: Int32Array.of(0, 1) },
  augmented: false,
  streams: createStreams(0),
};

test("the squared error is the mean over images and classes", async () => {
  await startReferenceEngine();
  const { losses } = new PluginIdDistiller({ labels: 0.5, logits: 0.5 }).prepare(subject);
  const outputs = (logits: number[]) => ({ logits: floats(logits, [2, 2]), taps: {} });
  const rows = integers([0, 1], [2]);
  const terms = losses(
    { original: { teacher: outputs([1, 0, 2, 0]), student: outputs([0, 0, 0, 3]) } },
    { labels: rows, indices: rows, state: {}, stage: "distill", epoch: 0, step: 0 },
  );
  assert.equal(readNow(terms["squaredError.original"]!)[0], (1 + 0 + 4 + 9) / 4);
});

test("a teacher of other classes is refused", () => {
  const distiller = new PluginIdDistiller({ labels: 0.5, logits: 0.5 });
  assert.throws(() => distiller.prepare({ ...subject, teacher: { ...model, classes: 3 } }), { code: "KDF_DISTILLER_MISFIT" });
});
