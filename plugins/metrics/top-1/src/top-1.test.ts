import type { StepObservation } from "@kdf/core";
import { describe, expect, it } from "vitest";
import { Top1 } from "./top-1.js";

const step = (columns: number, logits: readonly number[], labels: readonly number[]): StepObservation => ({
  views: { original: { student: { logits: { rows: labels.length, columns, data: Float32Array.from(logits) } } } },
  labels: Int32Array.from(labels),
  indices: new Int32Array(labels.length),
  epoch: 0,
  step: 0,
});

describe("top-1", () => {
  it("is the share of labels with the largest logit, over images and not over batches, by hand", () => {
    const metric = new Top1();
    expect(metric.result()).toEqual({ top1: null });
    metric.observe(step(3, [1, 2, 3, 3, 2, 1, 0, 5, -1], [2, 1, 1]));
    expect(metric.result()).toEqual({ top1: 2 / 3 });
    metric.observe(step(3, [9, 0, 0], [1]));
    expect(metric.result()).toEqual({ top1: 2 / 4 });
  });

  it("counts the lower of two equal classes as the larger", () => {
    const metric = new Top1();
    metric.observe(step(3, [1, 1, 0, 1, 1, 0], [0, 1]));
    expect(metric.result()).toEqual({ top1: 1 / 2 });
  });

  it("counts no label right whose logit, or any other, is not a number", () => {
    const metric = new Top1();
    metric.observe(step(2, [NaN, 0, NaN, 0, NaN, NaN], [0, 1, 0]));
    expect(metric.result()).toEqual({ top1: 0 });
  });

  it("goes on after a checkpoint", () => {
    const [whole, before, after] = [new Top1(), new Top1(), new Top1()];
    const steps = [step(2, [1, 0, 0, 1], [0, 0]), step(2, [1, 0], [0])];
    steps.forEach((one) => whole.observe(one));
    before.observe(steps[0]!);
    after.restore(JSON.parse(JSON.stringify(before.save())));
    after.observe(steps[1]!);
    expect(after.result()).toEqual(whole.result());
    expect(after.result()).toEqual({ top1: 2 / 3 });
  });

  it("names the outputs that it misses", () => {
    expect(() => new Top1().observe({ ...step(2, [0, 1], [1]), views: {} })).toThrow(
      expect.objectContaining({ code: "KDF_OBSERVATION_INCOMPLETE" }),
    );
  });
});
