import { conformance, MetricTester, type MetricCaseStep } from "@kdf/testing";
import { describe, expect, it, test } from "vitest";
import plugin from "./index.js";
import { meanEntries } from "./mean-entries.js";
import { TeacherCovariance } from "./teacher-covariance.js";

/** Log probabilities are logits. A teacher that gives the first of two classes these probabilities, by image. */
const given = (...probabilities: readonly number[]): number[][] => probabilities.map((first) => [Math.log(first), Math.log(1 - first)]);
const step = (original: readonly number[], augmented: readonly number[]): MetricCaseStep => ({
  labels: original.map(() => 0),
  teacher: given(...original),
  views: { augmented: { teacher: given(...augmented) } },
});

const covariance = new MetricTester(plugin, "teacher-covariance", {
  cases: [
    // Images (0.9, 0.1) and (0.2, 0.8): deviations (0.4, -0.4) and (-0.3, 0.3), variances 0.32 and 0.18, covariance -0.24.
    // Classes (0.9, 0.2) and (0.1, 0.8): variances 0.245 each, covariance -0.245: they add up to 1.
    {
      name: "two images of opposite classes",
      steps: [step([0.9], [0.2])],
      expected: {
        imageCovariance: (0.32 + 0.18 - 0.48) / 4, absoluteImageCovariance: (0.32 + 0.18 + 0.48) / 4, imageCorrelation: 0, absoluteImageCorrelation: 1,
        classCovariance: 0, absoluteClassCovariance: 0.245, classCorrelation: 0, absoluteClassCorrelation: 1, covarianceSteps: 1, correlationSteps: 1,
      },
    },
    // The second step's images are alike: variances and covariance 0.18.
    {
      name: "the mean over steps",
      steps: [step([0.9], [0.2]), step([0.8], [0.8])],
      expected: { absoluteImageCovariance: (0.245 + 0.18) / 2, imageCovariance: (0.005 + 0.18) / 2, imageCorrelation: 0.5, covarianceSteps: 2 },
    },
    {
      name: "an image whose classes are even has no correlation, and the step counts for none",
      steps: [step([0.9], [0.2]), step([0.5], [0.8])],
      expected: { absoluteImageCovariance: (0.245 + 0.18 / 4) / 2, imageCorrelation: 0, covarianceSteps: 2, correlationSteps: 1 },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of covariance.checks) test(check.name, check.run);

describe("teacher-covariance", () => {
  const observed = (metric: TeacherCovariance, logits: readonly number[]): void => {
    const matrix = { rows: logits.length / 2, columns: 2, data: Float32Array.from(logits) };
    metric.observe({ views: { original: { teacher: { logits: matrix } } }, labels: new Int32Array(matrix.rows), indices: new Int32Array(matrix.rows), epoch: 0, step: 0 });
  };

  it("has a step for a draw, and none after a checkpoint", () => {
    const metric = new TeacherCovariance();
    observed(metric, [1, 0, 0, 3]);
    observed(metric, [2, 0, 0, 1]);
    const draws = metric.draws();
    expect(draws.count).toBe(2);
    expect(draws.value([0, 1])).toBe(metric.result()["absoluteImageCovariance"]);
    expect(draws.value([1, 1])).toBeCloseTo(2 * draws.value([0, 1])! - draws.value([0, 0])!, 12);
    const restored = new TeacherCovariance();
    restored.restore(JSON.parse(JSON.stringify(metric.save())));
    expect(restored.draws().count).toBe(0);
    expect(restored.result()).toEqual(metric.result());
  });

  it("has no value where the teacher has none", () => {
    const metric = new TeacherCovariance();
    observed(metric, [NaN, 0, 0, 3]);
    observed(metric, [1, 0, 0, 3]);
    expect(metric.result()).toMatchObject({ absoluteImageCovariance: null, covarianceSteps: 2 });
  });

  it("gives nothing between variables of one observation", () => {
    expect(meanEntries([Float64Array.of(1), Float64Array.of(2)])).toEqual({ covariance: undefined, correlation: undefined });
  });
});
