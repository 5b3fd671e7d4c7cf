import type { Json, Metric, ObservedOutputs, StepObservation } from "@kdf/core";
import type { Site } from "../conformance/check.js";
import type { OptionSet } from "../conformance/option-checks.js";
import { sameJson } from "../conformance/plain-json.js";
import { close, numbersOf, shapeOf, type Nested } from "./nested.js";
import type { TestSite } from "./weakness.js";

/** Logits [B][K] of the models on one view. */
export interface CaseOutputs {
  readonly student?: Nested;
  readonly teacher?: Nested;
}

/** A batch as a metric sees it. `student` and `teacher` are the logits on the original view. */
export interface MetricCaseStep extends CaseOutputs {
  /** [B] */
  readonly labels: readonly number[];
  /** Logits on other views. */
  readonly views?: Readonly<Record<string, CaseOutputs>>;
  readonly epoch?: number;
}

/** Batches, and the result that they must give. */
export interface MetricCase {
  readonly name: string;
  readonly options?: OptionSet;
  readonly steps: readonly MetricCaseStep[];
  /** Keys of the result, worked out by hand; the primary one among them. Other keys may be in the result. */
  readonly expected: Readonly<Record<string, Json>>;
  /** How far a number may be from the expected one, absolute below 1 and relative above; 1e-6 unless given. */
  readonly tolerance?: number;
}

export function demandTellingMetricCases(test: TestSite, cases: readonly MetricCase[], key: string): void {
  test.demand(cases.length > 0, "there is no case", "cases: a few batches and the result that they give, worked out by hand");
  test.demandDifferent(cases, ({ options, steps }) => ({ options, steps }));
  for (const { name, steps, expected, tolerance = 1e-6 } of cases) {
    test.demand(steps.length > 0, `the case "${name}" shows no step`, "at least one batch");
    test.demand(key in expected, `the case "${name}" does not expect ${key}, the key that compares runs`, `the value of ${key}`);
    test.demand(tolerance <= 1e-2, `the case "${name}" lets ${tolerance} pass as nothing`, "a tolerance of at most 0.01");
  }
  const values = new Set(cases.map(({ expected }) => JSON.stringify(expected[key])));
  test.demand(values.size > 1, `every case expects ${[...values].join()} of ${key}`, "two cases of different results: else a metric that always says the same passes");
}

export function checkMetricCase(site: Site, test: TestSite, make: () => Metric, one: MetricCase): void {
  const { expected, tolerance = 1e-6 } = one;
  const [metric, untouched] = [make(), make()];
  for (const step of observationsOf(one)) site.calls("observe", `its step ${step.step}`, () => metric.observe(step));
  const differing = differences(metric.result(), expected, tolerance);
  site.demand(differing.length === 0, `it gives ${JSON.stringify(metric.result())}`, JSON.stringify(expected));
  const unmoved = differences(untouched.result(), expected, tolerance).length === 0;
  test.demand(!unmoved, `the case "${one.name}" also holds for an instance that has seen nothing`, "steps that the result depends on");
}

/** The keys of which the values differ. */
function differences(found: Readonly<Record<string, Json>>, expected: Readonly<Record<string, Json>>, tolerance: number): string[] {
  return Object.keys(expected).filter((key) => !agree(found[key], expected[key], tolerance));
}

function agree(found: Json | undefined, expected: Json | undefined, tolerance: number): boolean {
  if (typeof found === "number" && typeof expected === "number") return close([found], [expected], tolerance);
  if (Array.isArray(found) && Array.isArray(expected)) {
    return found.length === expected.length && found.every((value, place) => agree(value as Json, expected[place] as Json, tolerance));
  }
  return found !== undefined && sameJson(found, expected);
}

function observationsOf({ steps }: MetricCase): readonly StepObservation[] {
  return steps.map(({ labels, views = {}, epoch = 0, ...original }, step) => ({
    views: Object.fromEntries(
      Object.entries({ original, ...views }).map(([view, outputs]) => [
        view,
        Object.fromEntries(Object.entries(outputs).map(([role, logits]): [string, ObservedOutputs] => [role, { logits: matrix(logits as Nested) }])),
      ]),
    ),
    labels: Int32Array.from(labels),
    indices: Int32Array.from(labels, (_, row) => row),
    epoch,
    step,
  }));
}

function matrix(logits: Nested): ObservedOutputs["logits"] {
  const [rows = 0, columns = 0] = shapeOf(logits);
  return { rows, columns, data: Float32Array.from(numbersOf(logits)) };
}
