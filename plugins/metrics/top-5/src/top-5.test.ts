import type { StepObservation } from "@kdf/core";
import { describe, expect, it } from "vitest";
import { Top5 } from "./top-5.js";

const step = (columns: number, logits: readonly number[], labels: readonly number[]): StepObservation => ({
  views: { original: { student: { logits: { rows: labels.length, columns, data: Float32Array.from(logits) } } } },
  labels: Int32Array.from(labels),
  indices: new Int32Array(labels.length),
  epoch: 0,
  step: 0,
});

describe("top-5", () => {
  const falling = [7, 6, 5, 4, 3, 2, 1];

  it("is the share of labels among the five largest logits, over images and not over batches, by hand", () => {
    const metric = new Top5();
    expect(metric.result()).toEqual({ top5: null });
    metric.observe(step(7, [...falling, ...falling, ...falling], [0, 4, 5]));
    expect(metric.result()).toEqual({ top5: 2 / 3 });
    metric.observe(step(7, falling, [6]));
    expect(metric.result()).toEqual({ top5: 2 / 4 });
  });

  it("counts the lower of two equal classes as the larger", () => {
    const metric = new Top5();
    metric.observe(step(6, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [4, 5]));
    expect(metric.result()).toEqual({ top5: 1 / 2 });
  });

  it("is 1 with five classes or fewer", () => {
    const metric = new Top5();
    metric.observe(step(3, [3, 2, 1, 3, 2, 1], [2, 0]));
    expect(metric.result()).toEqual({ top5: 1 });
  });

  it("counts no label right whose logit is not a number, and classes whose logit is none as larger", () => {
    const metric = new Top5();
    metric.observe(step(6, [NaN, NaN, NaN, NaN, NaN, 1, NaN, NaN, NaN, NaN, 1, 0], [5, 4]));
    expect(metric.result()).toEqual({ top5: 1 / 2 });
    metric.observe(step(2, [NaN, 1], [0]));
    expect(metric.result()).toEqual({ top5: 1 / 3 });
  });

  it("goes on after a checkpoint", () => {
    const [whole, before, after] = [new Top5(), new Top5(), new Top5()];
    const steps = [step(7, [...falling, ...falling], [1, 6]), step(7, falling, [3])];
    steps.forEach((one) => whole.observe(one));
    before.observe(steps[0]!);
    after.restore(JSON.parse(JSON.stringify(before.save())));
    after.observe(steps[1]!);
    expect(after.result()).toEqual(whole.result());
    expect(after.result()).toEqual({ top5: 2 / 3 });
  });

  it("names the outputs that it misses", () => {
    expect(() => new Top5().observe({ ...step(2, [0, 1], [1]), views: {} })).toThrow(
      expect.objectContaining({ code: "KDF_OBSERVATION_INCOMPLETE" }),
    );
  });
});
