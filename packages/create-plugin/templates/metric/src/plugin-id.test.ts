import assert from "node:assert/strict";
import test from "node:test";
import type { StepObservation } from "@kdf/core";
import { conformance, MetricTester } from "@kdf/testing";
import plugin from "./index.js";
import { PluginIdMetric } from "./plugin-id.js";

/** What every metric and every plugin must do. */
const checks = [
  ...new MetricTester(plugin, "plugin-id").checks,
  ...conformance(plugin, { package: new URL("../package.json", import.meta.url) }),
];
for (const check of checks) test(check.name, check.run);

/** What this one measures, by hand. */
const step = (logits: number[]): StepObservation => ({
  views: { original: { student: { logits: { rows: logits.length / 2, columns: 2, data: Float32Array.from(logits) } } } },
  labels: new Int32Array(logits.length / 2),
  indices: new Int32Array(logits.length / 2),
  epoch: 0,
  step: 0,
});

test("is the mean over images, not over batches", () => {
  const metric = new PluginIdMetric();
  assert.deepEqual(metric.result(), { meanConfidence: null });
  metric.observe(step([0, 0, 1, 1]));
  // Far apart: the larger one has all of the probability.
  metric.observe(step([1000, 0]));
  assert.deepEqual(metric.result(), { meanConfidence: (0.5 + 0.5 + 1) / 3 });
});
