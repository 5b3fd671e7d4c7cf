import type { Metric, Plugin, StepObservation } from "@kdf/core";
import { parseOptions, type PluginContext } from "@kdf/core";
import crossEntropyCovariance from "@kdf/plugin-cross-entropy-covariance";
import teacherCovariance from "@kdf/plugin-teacher-covariance";
import teacherEntropy from "@kdf/plugin-teacher-entropy";
import { expect, test } from "vitest";
import { Fixture } from "./parity.js";

interface Expected {
  readonly valuesPerDraw: number;
  readonly draws: number;
}

async function metricOf(plugin: Plugin, id: string, options: unknown): Promise<Metric> {
  const definition = plugin.provides.metric![id]!;
  return definition.create(await parseOptions(definition.options, options, `metric ${id}`), {} as PluginContext);
}

/** The recorded steps, as the trainer shows them. */
function* steps(inputs: Fixture): Generator<StepObservation> {
  const arrays = ["original", "augmented"].flatMap((view) => ["teacher", "student"].map((role) => ({ view, role, ...inputs.array(`steps.${view}.${role}.logits`) })));
  const [count = 0, rows = 0, columns = 0] = arrays[0]!.shape;
  for (let step = 0; step < count; step += 1) {
    const views: Record<string, Record<string, { logits: { rows: number; columns: number; data: Float32Array } }>> = {};
    for (const { view, role, data } of arrays) {
      const part = (data as Float32Array).subarray(step * rows * columns, (step + 1) * rows * columns);
      views[view] = { ...views[view], [role]: { logits: { rows, columns, data: part } } };
    }
    yield { views, labels: new Int32Array(rows), indices: new Int32Array(rows), epoch: 0, step };
  }
}

test.each(["even", "across-steps"])("covariances, correlations and entropies are NumPy's: %s", async (id) => {
  const inputs = new Fixture(`covariance/${id}.inputs.safetensors`);
  const expected = new Fixture<Expected>(`covariance/${id}.expected.safetensors`);
  const { valuesPerDraw, draws } = expected.about;
  const metrics = [
    await metricOf(crossEntropyCovariance, "cross-entropy-covariance", { valuesPerDraw, draws }),
    await metricOf(crossEntropyCovariance, "entropy-covariance", { valuesPerDraw, draws }),
    await metricOf(teacherCovariance, "teacher-covariance", {}),
    await metricOf(teacherEntropy, "teacher-entropy", {}),
  ];
  for (const step of steps(inputs)) metrics.forEach((metric) => metric.observe(step));
  const results = Object.assign({}, ...metrics.map((metric) => metric.result())) as Record<string, number>;
  const names = Object.keys(expected.about.values!);
  expect(names.length).toBe(2 * 3 + 7 + 3);
  for (const name of names) expected.expectValue(name, results[name]!);
  // Probabilities add up to 1.
  expect(results["classCovariance"]).toBeCloseTo(0, 14);
  expect(results).toMatchObject({ crossEntropyDraws: draws, entropyDraws: draws, crossEntropyValuesPerDraw: valuesPerDraw });
  for (const metric of metrics) {
    const places = Array.from({ length: metric.draws!().count }, (_, place) => place);
    expect(metric.draws!().value(places)! / results[metric.primary.key]!).toBeCloseTo(1, 12);
  }
});
