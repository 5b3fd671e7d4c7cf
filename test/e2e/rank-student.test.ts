import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Fixture } from "../parity/parity.js";
import { boringExperiment, errorCode, kdf, repository, temporaryFolder } from "./kdf.js";

/** Metrics that read a student: in `kdf rank` with a frozen one, in `kdf probe` with a recorded one. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const metrics = ["boring-accuracy", "cross-entropy-covariance", "entropy-covariance", "teacher-covariance", "teacher-entropy"];
const experiment = boringExperiment(folder.path, {
  distiller: "kd", metrics, epochs: 1, options: Object.fromEntries(metrics.slice(1, 3).map((id) => [id, { valuesPerDraw: 32, draws: 10 }])),
});

describe("a ranking by a metric that reads the student", () => {
  const rank = (...more: string[]) => kdf("rank", ...experiment, "--augmenters", "cutmix,identity", "--steps", "5", "--json", ...more);
  const run = join(folder.path, "student");

  beforeAll(async () => {
    const { code, messages } = await kdf("train", ...experiment, "--run-dir", run);
    expect(code, messages).toBe(0);
  }, 120_000);

  it("is refused by the metric's name without --student-weights", async () => {
    const refused = await rank();
    expect(refused.code).toBe(2);
    expect(errorCode(refused)).toBe("KDF_METRIC_NEEDS_STUDENT");
    expect(refused.output).toContain("cross-entropy-covariance");
    expect(refused.output).toContain("--student-weights");
  });

  it("is given the frozen student's outputs on both views", async () => {
    const { code, output, messages } = await rank("--student-weights", run);
    expect(code, `${output}${messages}`).toBe(0);
    const { by, rows } = JSON.parse(output) as { by: { key: string }; rows: { augmenter: string; results: Record<string, number> }[] };
    expect(by.key).toBe("crossEntropyCovariance");
    const [identity, cutmix] = ["identity", "cutmix"].map((name) => rows.find(({ augmenter }) => augmenter === name)!.results) as [Record<string, number>, Record<string, number>];
    // A step has 16 original and 16 augmented images: the values of one draw.
    for (const results of [identity, cutmix]) expect(results).toMatchObject({ crossEntropyDraws: 5, crossEntropyDroppedValues: 0, entropyDraws: 5, covarianceSteps: 5 });
    for (const key of ["crossEntropyCovariance", "entropyCovariance", "absoluteImageCovariance", "teacherEntropy"]) {
      expect(Number.isFinite(identity[key]), key).toBe(true);
      expect(cutmix[key], key).not.toBe(identity[key]);
    }
    // By itself every image is the same in both views.
    expect(identity["augmentedEntropy"]).toBeCloseTo(identity["originalEntropy"]!, 6);
    // Cross-entropy is entropy and a divergence: another student's outputs would give other numbers.
    expect(identity["crossEntropyMeanVariance"]).not.toBe(identity["entropyMeanVariance"]);
  });
});

describe("kdf probe metric cross-entropy-covariance", () => {
  it("gives NumPy's numbers", async () => {
    const path = join(repository, "test/parity/fixtures/covariance/across-steps");
    const expected = new Fixture<{ readonly valuesPerDraw: number; readonly draws: number }>("covariance/across-steps.expected.safetensors");
    const { valuesPerDraw, draws } = expected.about;
    const settings = [`cross-entropy-covariance.valuesPerDraw=${valuesPerDraw}`, `cross-entropy-covariance.draws=${draws}`].flatMap((setting) => ["--set", setting]);
    const { code, output, messages } = await kdf("probe", "metric", "cross-entropy-covariance", "--inputs", `${path}.inputs.safetensors`, ...settings, "--json");
    expect(code, `${output}${messages}`).toBe(0);
    const { result } = JSON.parse(output) as { result: Record<string, number> };
    for (const key of ["crossEntropyCovariance", "crossEntropyCovarianceRaw", "crossEntropyMeanVariance"]) expected.expectValue(key, result[key]!);
  });
});
