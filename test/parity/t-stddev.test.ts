import { readdirSync } from "node:fs";
import type { Matrix, StepObservation } from "@kdf/core";
import tStddev from "@kdf/plugin-t-stddev";
import { expect, test } from "vitest";
import { contribution } from "./contribution.js";
import { Fixture } from "./parity.js";

interface Expected {
  readonly blockSteps: number;
  readonly draws: number;
  readonly stepsDropped: number;
}

const cases = readdirSync(new URL("fixtures/t-stddev", import.meta.url))
  .filter((file) => file.endsWith(".inputs.safetensors"))
  .map((file) => file.replace(".inputs.safetensors", ""));

test.each(cases)("t-stddev, %s", async (id) => {
  const inputs = new Fixture(`t-stddev/${id}.inputs.safetensors`);
  const expected = new Fixture<Expected>(`t-stddev/${id}.expected.safetensors`);
  const { blockSteps, draws, stepsDropped } = expected.about;
  const names = id === "one-view" ? ["original"] : ["original", "augmented"];
  const views = names.map((view) => ({ view, ...inputs.array(`steps.${view}.teacher.logits`) }));
  const [steps = 0, rows = 0, columns = 0] = views[0]!.shape;
  const metric = await contribution(tStddev, "metric", { blockSteps });
  for (let step = 0; step < steps; step += 1) {
    const matrix = (data: Float32Array): Matrix => ({
      rows, columns, data: data.subarray(step * rows * columns, (step + 1) * rows * columns),
    });
    const observation: StepObservation = {
      views: Object.fromEntries(views.map(({ view, data }) => [view, { teacher: { logits: matrix(data as Float32Array) } }])),
      labels: new Int32Array(rows),
      indices: new Int32Array(rows),
      epoch: 0,
      step,
    };
    metric.observe(observation);
  }
  const { tStddev: value, ...counts } = metric.result();
  expected.expectValue("tStddev", value as number);
  // Double precision on both sides: far closer than the rule asks.
  expect(Math.abs((value as number) / expected.about.values!["tStddev"]!.reference - 1)).toBeLessThan(1e-12);
  expect(counts).toEqual({
    draws, droppedSteps: stepsDropped, rowsPerDraw: blockSteps * rows * names.length, shortDraws: 0, blockSteps, batchSize: rows, epochs: 1,
  });
  const places = Array.from({ length: draws }, (_, place) => place);
  expect(metric.draws!().count).toBe(draws);
  expect(metric.draws!().value(places)).toBe(value);
});

test("a block has five steps unless told otherwise", async () => {
  const { about } = new Fixture<Expected>("t-stddev/two-views.expected.safetensors");
  const definition = tStddev.provides.metric!["t-stddev"]!;
  expect(await definition.options["~standard"].validate({})).toMatchObject({ value: { blockSteps: about.blockSteps } });
});
