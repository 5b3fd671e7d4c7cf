import type { StepObservation } from "@kdf/core";
import { describe, expect, it } from "vitest";
import { Loss } from "./loss.js";

const step = (columns: number, logits: readonly number[], labels: readonly number[]): StepObservation => ({
  views: { original: { student: { logits: { rows: labels.length, columns, data: Float32Array.from(logits) } } } },
  labels: Int32Array.from(labels),
  indices: new Int32Array(labels.length),
  epoch: 0,
  step: 0,
});

describe("loss", () => {
  it("is the mean cross-entropy over images and not over batches, by hand", () => {
    const metric = new Loss();
    expect(metric.result()).toEqual({ loss: null });
    metric.observe(step(2, [0, 0, 1, 0], [0, 1]));
    // log 2, and 1 + log(1 + 1/e).
    expect(metric.result().loss).toBeCloseTo((Math.log(2) + 1 + Math.log1p(Math.exp(-1))) / 2, 14);
    metric.observe(step(2, [0, 0], [1]));
    expect(metric.result().loss).toBeCloseTo((2 * Math.log(2) + 1 + Math.log1p(Math.exp(-1))) / 3, 14);
  });

  it("bears logits that no exponential does", () => {
    const metric = new Loss();
    metric.observe(step(2, [1000, 0, -1000, 0], [1, 1]));
    expect(metric.result()).toEqual({ loss: 500 });
  });

  it("is null when some image's loss is not finite, also after a checkpoint", () => {
    for (const logits of [[NaN, 0], [0, -Infinity], [Infinity, 0]]) {
      const metric = new Loss();
      metric.observe(step(2, logits, [1]));
      expect(metric.result()).toEqual({ loss: null });
      const restored = new Loss();
      restored.restore(JSON.parse(JSON.stringify(metric.save())));
      restored.observe(step(2, [0, 0], [1]));
      expect(restored.result()).toEqual({ loss: null });
    }
  });

  it("goes on after a checkpoint to the same number, bit for bit", () => {
    const [whole, before, after] = [new Loss(), new Loss(), new Loss()];
    const steps = [step(3, [0.1, 0.2, 0.7, 1, 2, -3], [0, 2]), step(3, [0.3, 0.3, 0.1], [1])];
    steps.forEach((one) => whole.observe(one));
    before.observe(steps[0]!);
    after.restore(JSON.parse(JSON.stringify(before.save())));
    after.observe(steps[1]!);
    expect(after.result().loss).toBe(whole.result().loss);
  });

  it("names the outputs that it misses", () => {
    expect(() => new Loss().observe({ ...step(2, [0, 1], [1]), views: {} })).toThrow(
      expect.objectContaining({ code: "KDF_OBSERVATION_INCOMPLETE" }),
    );
  });
});
