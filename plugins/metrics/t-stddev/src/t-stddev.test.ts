import { parseOptions, type Matrix, type StepObservation } from "@kdf/core";
import { describe, expect, it } from "vitest";
import { options, TeacherDeviation } from "./t-stddev.js";

const matrix = (columns: number, logits: readonly number[]): Matrix => ({
  rows: logits.length / columns, columns, data: Float32Array.from(logits),
});
/** Two classes; a row is the logit of the first, the second has 0. */
const twoClasses = (...logits: number[]): Matrix => matrix(2, logits.flatMap((logit) => [logit, 0]));
const step = (original: Matrix, augmented?: Matrix): StepObservation => ({
  views: { original: { teacher: { logits: original } }, ...(augmented && { augmented: { teacher: { logits: augmented } } }) },
  labels: new Int32Array(original.rows),
  indices: new Int32Array(original.rows),
  epoch: 0,
  step: 0,
});

/** Logits of a given probability. */
const logit = (probability: number): number => Math.log(probability / (1 - probability));

describe("t-stddev", () => {
  it("is the unbiased deviation of the blocks' means, by hand", () => {
    const metric = new TeacherDeviation({ blockSteps: 2 });
    const settings = { blockSteps: 2, batchSize: 1, epochs: 1 };
    // u_1 = (0.5 + 0.5 + 0.8 + 0.2) / 4 = 0.5, u_2 = (0.9 + 0.7 + 0.5 + 0.7) / 4 = 0.7; the other class mirrors it.
    metric.observe(step(twoClasses(logit(0.5)), twoClasses(logit(0.5))));
    metric.observe(step(twoClasses(logit(0.8)), twoClasses(logit(0.2))));
    expect(metric.result()).toEqual({ tStddev: null, draws: 1, rowsPerDraw: 4, shortDraws: 0, droppedSteps: 0, ...settings });
    metric.observe(step(twoClasses(logit(0.9)), twoClasses(logit(0.7))));
    metric.observe(step(twoClasses(logit(0.5)), twoClasses(logit(0.7))));
    const { tStddev, ...rest } = metric.result();
    expect(tStddev).toBeCloseTo(Math.sqrt((0.1 ** 2 + 0.1 ** 2) / (2 - 1)), 7);
    expect(rest).toEqual({ draws: 2, rowsPerDraw: 4, shortDraws: 0, droppedSteps: 0, ...settings });
  });

  it("averages the classes' deviations, not their variances, by hand", () => {
    const metric = new TeacherDeviation({ blockSteps: 1 });
    const third = (a: number, b: number, c: number): Matrix => matrix(3, [a, b, c].map(Math.log));
    metric.observe(step(third(0.5, 0.3, 0.2)));
    metric.observe(step(third(0.7, 0.1, 0.2)));
    // Deviations 0.2/√2, 0.2/√2 and 0.
    expect(metric.result().tStddev).toBeCloseTo((2 * 0.2) / Math.SQRT2 / 3, 7);
  });

  it("weighs images, not batches, where a block has batches of different sizes", () => {
    const metric = new TeacherDeviation({ blockSteps: 2 });
    const two = (first: number[], second: number[]): void => {
      metric.observe(step(twoClasses(...first.map(logit))));
      metric.observe(step(twoClasses(...second.map(logit))));
    };
    two([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]); // 0.5
    two([0.9, 0.9, 0.9], [0.1]); // 0.7 over images, 0.5 over batches
    two([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]); // 0.5
    expect(metric.result()).toMatchObject({ draws: 3, rowsPerDraw: 6, shortDraws: 1 });
    expect(metric.result().tStddev).toBeCloseTo(0.2 / Math.sqrt(3), 7);
  });

  it("drops a block that is not full and says so", () => {
    const metric = new TeacherDeviation({ blockSteps: 5 });
    for (let index = 0; index < 13; index += 1) metric.observe(step(twoClasses(index), twoClasses(-index / 2)));
    expect(metric.result()).toMatchObject({ draws: 2, droppedSteps: 3, rowsPerDraw: 10 });
    const ten = new TeacherDeviation({ blockSteps: 5 });
    for (let index = 0; index < 10; index += 1) ten.observe(step(twoClasses(index), twoClasses(-index / 2)));
    expect(metric.result().tStddev).toBe(ten.result().tStddev);
  });

  it("says what its value depends on: the block, the largest batch, the epochs", () => {
    const metric = new TeacherDeviation({ blockSteps: 3 });
    [0, 0, 1, 1, 4].forEach((epoch, place) => metric.observe({ ...step(twoClasses(...Array<number>(place === 1 ? 3 : 1).fill(0)), twoClasses(0, 0, 0, 0)), epoch }));
    expect(metric.result()).toMatchObject({ blockSteps: 3, batchSize: 3, epochs: 3 });
    const restored = new TeacherDeviation({ blockSteps: 3 });
    restored.restore(JSON.parse(JSON.stringify(metric.save())));
    restored.observe({ ...step(twoClasses(0)), epoch: 4 });
    expect(restored.result()).toMatchObject({ batchSize: 3, epochs: 3 });
  });

  it("gives the value that some of the draws would have", () => {
    const metric = new TeacherDeviation({ blockSteps: 1 });
    for (const probability of [0.5, 0.7, 0.4]) metric.observe(step(twoClasses(logit(probability))));
    const draws = metric.draws();
    expect(draws.count).toBe(3);
    expect(draws.value([0, 1, 2])).toBe(metric.result().tStddev);
    expect(draws.value([1, 2])).toBeCloseTo(0.3 / Math.SQRT2, 7);
    expect(draws.value([0, 0, 1, 1])).toBeCloseTo(0.2 / Math.sqrt(3), 7);
    expect(draws.value([0])).toBeNull();
  });

  it("has no draws of their own after a checkpoint, which keeps their spread alone", () => {
    const metric = new TeacherDeviation({ blockSteps: 1 });
    for (const probability of [0.5, 0.7]) metric.observe(step(twoClasses(logit(probability))));
    const restored = new TeacherDeviation({ blockSteps: 1 });
    restored.restore(JSON.parse(JSON.stringify(metric.save())));
    restored.observe(step(twoClasses(logit(0.6))));
    expect(restored.draws().count).toBe(0);
  });

  it("counts short draws before the first full one", () => {
    const metric = new TeacherDeviation({ blockSteps: 1 });
    metric.observe(step(twoClasses(1)));
    metric.observe(step(twoClasses(1, 2)));
    metric.observe(step(twoClasses(1, 2)));
    metric.observe(step(twoClasses(1)));
    expect(metric.result()).toMatchObject({ draws: 4, rowsPerDraw: 2, shortDraws: 2 });
  });

  it("goes on after a checkpoint, also within a block, to the same number, bit for bit", () => {
    const steps = Array.from({ length: 29 }, (_, index) =>
      step(matrix(4, Array.from({ length: 12 }, (_, place) => Math.sin(index * 17 + place))), matrix(4, [index / 7, 1, 0, -1])),
    );
    const whole = new TeacherDeviation({ blockSteps: 5 });
    steps.forEach((one) => whole.observe(one));
    for (const at of [0, 1, 4, 5, 12, 25, 29]) {
      const before = new TeacherDeviation({ blockSteps: 5 });
      steps.slice(0, at).forEach((one) => before.observe(one));
      const after = new TeacherDeviation({ blockSteps: 5 });
      after.restore(JSON.parse(JSON.stringify(before.save())));
      steps.slice(at).forEach((one) => after.observe(one));
      expect(after.result()).toEqual(whole.result());
      expect(after.save()).toEqual(whole.save());
    }
  });

  it("has no value where the teacher has none, also after a checkpoint", () => {
    for (const blockSteps of [1, 2]) {
      const metric = new TeacherDeviation({ blockSteps });
      metric.observe(step(twoClasses(NaN)));
      const restored = new TeacherDeviation({ blockSteps });
      restored.restore(JSON.parse(JSON.stringify(metric.save())));
      for (let index = 1; index < 2 * blockSteps; index += 1) restored.observe(step(twoClasses(1)));
      expect(restored.result()).toMatchObject({ tStddev: null, draws: 2 });
    }
  });

  it("reads the teacher alone, and takes five steps for a block unless told otherwise", async () => {
    const metric = new TeacherDeviation(await parseOptions(options, {}, "metric t-stddev"));
    expect(metric.reads).toEqual(["teacher"]);
    expect(metric.phases).toContain("ranking");
    for (let index = 0; index < 5; index += 1) metric.observe(step(twoClasses(index)));
    expect(metric.result().draws).toBe(1);
    expect(() => metric.observe({ ...step(twoClasses(1)), views: { original: {} } })).toThrow(
      expect.objectContaining({ code: "KDF_OBSERVATION_INCOMPLETE" }),
    );
  });

  it("is the deviation that independent draws have", () => {
    // One-hot rows of 4 classes at random: the deviation of a mean over n rows is sqrt(p (1 - p) / n).
    let state = 12345;
    const random = (): number => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
    const metric = new TeacherDeviation({ blockSteps: 5 });
    for (let index = 0; index < 5_000; index += 1) {
      const rows = Array.from({ length: 8 }, () => {
        const label = Math.floor(random() * 4);
        return [0, 1, 2, 3].map((column) => (column === label ? 100 : 0));
      });
      metric.observe(step(matrix(4, rows.flat())));
    }
    const expected = Math.sqrt((0.25 * 0.75) / 40);
    expect(metric.result().tStddev! / expected).toBeGreaterThan(0.95);
    expect(metric.result().tStddev! / expected).toBeLessThan(1.05);
  });
});
