import { parseOptions, type Matrix, type Metric, type Plugin, type PluginContext } from "@kdf/core";
import crossEntropyCovariance from "@kdf/plugin-cross-entropy-covariance";
import tStddev from "@kdf/plugin-t-stddev";
import { describe, expect, it } from "vitest";
import { augmentations, covariance, crossEntropy, images, mean, outcomes, student, teacher, truth, type Augmentation, type Distribution } from "./population.js";

/** docs/theorem.md, on a population in which every expectation is a finite sum. */

const size = 2;
const rows = 2 * size;
const names = Object.keys(augmentations) as (keyof typeof augmentations)[];
/** q of each image. */
const q = images.map((image) => crossEntropy(teacher[image]!, student[image]!));

/** Values [rows][outcomes] of the rows of the sample. */
const valuesOf = (augmentation: Augmentation, of: readonly number[]): number[][] => {
  const lists = outcomes(augmentation, size);
  return Array.from({ length: rows }, (_, row) => lists.map((list) => of[list[row]!]!));
};

const riskOf = (columns: readonly (readonly number[])[]): number[] => columns[0]!.map((_, outcome) => mean(columns.map((column) => column[outcome]!)));

interface Exact {
  readonly riskVariance: number;
  readonly variances: number;
  /** Over all ordered pairs of different rows. */
  readonly covariances: number;
}

function exact(augmentation: Augmentation, of: readonly number[] = q): Exact {
  const columns = valuesOf(augmentation, of);
  const pairs = columns.flatMap((a, i) => columns.map((b, j) => ({ i, j, value: covariance(a, b) })));
  const sum = (those: (i: number, j: number) => boolean): number => pairs.reduce((total, { i, j, value }) => (those(i, j) ? total + value : total), 0);
  const risk = riskOf(columns);
  return { riskVariance: covariance(risk, risk), variances: sum((i, j) => i === j), covariances: sum((i, j) => i !== j) };
}

async function metricOf(plugin: Plugin, id: string, options: unknown): Promise<Metric> {
  const definition = plugin.provides.metric![id]!;
  return definition.create(await parseOptions(definition.options, options, id), {} as PluginContext);
}

/** Shows a metric every outcome once, as the steps of a ranking. */
async function measured(plugin: Plugin, id: string, options: unknown, augmentation: Augmentation): Promise<{ readonly results: Readonly<Record<string, number>>; readonly outcomes: number }> {
  const metric = await metricOf(plugin, id, options);
  const matrix = (model: readonly Distribution[], those: readonly number[]): Matrix => ({
    rows: those.length, columns: 3, data: Float32Array.from(those.flatMap((image) => model[image]!.map(Math.log))),
  });
  const view = (those: readonly number[]) => ({ teacher: { logits: matrix(teacher, those) }, student: { logits: matrix(student, those) } });
  const lists = outcomes(augmentation, size);
  lists.forEach((list, step) => {
    metric.observe({
      views: { original: view(list.slice(0, size)), augmented: view(list.slice(size)) },
      labels: new Int32Array(size), indices: new Int32Array(size), epoch: 0, step,
    });
  });
  return { results: metric.result() as Record<string, number>, outcomes: lists.length };
}

const measuredCovariance = (augmentation: Augmentation, id = "cross-entropy-covariance") =>
  measured(crossEntropyCovariance, id, { valuesPerDraw: rows, draws: outcomes(augmentation, size).length }, augmentation);

describe("the theorem, where everything can be counted", () => {
  it("assumes augmented images distributed as the original ones, and the augmentations here are so", () => {
    for (const name of names) {
      const lists = outcomes(augmentations[name], size);
      for (let row = 0; row < rows; row += 1) {
        for (const image of images) expect(lists.filter((list) => list[row] === image).length).toBe(lists.length / images.length);
      }
    }
  });

  it.each(names)("the variance of the empirical risk is that of its terms and the covariance of their pairs: %s", (name) => {
    const { riskVariance, variances, covariances } = exact(augmentations[name]);
    expect(riskVariance).toBeGreaterThan(0);
    expect((variances + covariances) / rows ** 2 / riskVariance).toBeCloseTo(1, 12);
    // The terms' variances are the same for every augmentation, so the covariances alone decide.
    expect(variances / rows / covariance(q, q)).toBeCloseTo(1, 12);
  });

  it("less covariance means less variance, from the identity to an augmentation that reaches the opposite", () => {
    const covariances = names.map((name) => exact(augmentations[name]).covariances);
    const order = [...names].sort((a, b) => exact(augmentations[a]).covariances - exact(augmentations[b]).covariances);
    expect(order).toEqual(["far", "any", "near", "identity"]);
    expect([...names].sort((a, b) => exact(augmentations[a]).riskVariance - exact(augmentations[b]).riskVariance)).toEqual(order);
    expect(covariances[names.indexOf("any")]).toBeCloseTo(0, 12);
    expect(covariances[names.indexOf("far")]).toBeLessThan(0);
  });

  it.each(names)("the mean squared distance from the risk is within the bound, variance + (E‖p − p*‖ · largest ‖loss‖)²: %s", (name) => {
    const losses = student.map((row) => row.map((share) => -Math.log(share)));
    const length = (values: readonly number[]): number => Math.hypot(...values);
    const risk = mean(images.map((image) => crossEntropy(truth[image]!, student[image]!)));
    const distance = mean(riskOf(valuesOf(augmentations[name], q)).map((value) => (value - risk) ** 2));
    const teacherError = mean(images.map((image) => length(teacher[image]!.map((share, label) => share - truth[image]![label]!))));
    const bound = exact(augmentations[name]).riskVariance + (teacherError * Math.max(...losses.map(length))) ** 2;
    expect(distance).toBeLessThanOrEqual(bound);
    expect(distance).toBeGreaterThan(exact(augmentations[name]).riskVariance);
  });

  it("needs the assumption: to always show the same image has no covariance, the least variance, and the risk is farther off", () => {
    const easiest = q.indexOf(Math.min(...q));
    const same: Augmentation = { draws: 1, apply: () => easiest };
    const risk = mean(images.map((image) => crossEntropy(truth[image]!, student[image]!)));
    const distance = (augmentation: Augmentation): number => mean(riskOf(valuesOf(augmentation, q)).map((value) => (value - risk) ** 2));
    expect(exact(same).covariances).toBeCloseTo(0, 12);
    expect(exact(same).riskVariance).toBeLessThan(exact(augmentations.any).riskVariance);
    expect(distance(same)).toBeGreaterThan(distance(augmentations.any));
  });
});

describe("the metrics, shown every outcome once", () => {
  /** An unbiased estimate of a variance or a covariance divides by one less than there are draws. */
  const ofAll = (estimate: number, draws: number): number => (estimate * (draws - 1)) / draws;
  const deviationOfAll = (estimate: number, draws: number): number => Math.sqrt(ofAll(estimate ** 2, draws));

  it.each(names)("cross-entropy-covariance gives the theorem's covariance and the risk's variance: %s", async (name) => {
    const { results, outcomes: draws } = await measuredCovariance(augmentations[name]);
    const { riskVariance, covariances, variances } = exact(augmentations[name]);
    const raw = ofAll(results["crossEntropyCovarianceRaw"]!, draws);
    expect(raw).toBeCloseTo(covariances / 2 / rows ** 2, 8);
    const meanVariance = ofAll(results["crossEntropyMeanVariance"]!, draws);
    expect(meanVariance / riskVariance).toBeCloseTo(1, 5);
    expect((variances / rows ** 2 + 2 * raw) / meanVariance).toBeCloseTo(1, 5);
  });

  it.each([
    ["the normalised covariance", (augmentation: Augmentation) => measuredCovariance(augmentation), "crossEntropyCovariance", ofAll],
    ["the covariance with the teacher in the student's place", (augmentation: Augmentation) => measuredCovariance(augmentation, "entropy-covariance"), "entropyCovarianceRaw", ofAll],
    ["T. stddev, its stand-in", (augmentation: Augmentation) => measured(tStddev, "t-stddev", { blockSteps: 1 }, augmentation), "tStddev", deviationOfAll],
  ] as const)("%s puts the augmentations in the theorem's order", async (_, measure, key, exactly) => {
    const values = await Promise.all((["far", "any", "near", "identity"] as const).map(async (name) => {
      const { results, outcomes: draws } = await measure(augmentations[name]);
      return exactly(results[key]!, draws);
    }));
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(new Set(values.map((value) => value.toPrecision(4))).size).toBe(4);
  });
});
