import { isKdfError, type Matrix, type Metric, type MetricPhase, type ObservedOutputs, type Plugin, type StepObservation } from "@kdf/core";
import { createStreams } from "@kdf/tensor";
import { checkMetricCase, demandTellingMetricCases, type MetricCase } from "../cases/metric-case.js";
import type { TestSite } from "../cases/weakness.js";
import { Attempts, type Requirement, type Site } from "./check.js";
import { jsonProblem, sameJson, throughJson } from "./plain-json.js";
import { sameValues } from "./snapshot.js";
import { Tester, type TesterOptions } from "./tester.js";

export interface MetricTesterOptions extends TesterOptions {
  /** Classes of the logits that it is shown; 6 unless given. */
  readonly classes?: number;
  /** A few batches and the result that they give, worked out by hand. At least two, of different results. */
  readonly cases?: readonly MetricCase[];
}

/** Rows of the batches that it is shown: full ones, an odd one, one of a single image. */
const sizes = [8, 8, 5, 1, 8, 8, 8, 3, 8, 8, 8, 8];

/** Checks a metric: results are JSON, depend on the observations alone, and survive a checkpoint at any step. */
export class MetricTester extends Tester<"metric"> {
  readonly #classes: number;
  readonly #cases: readonly MetricCase[];

  constructor(plugin: Plugin, id: string, options: MetricTesterOptions = {}) {
    super("metric", plugin, id, options);
    this.#classes = options.classes ?? 6;
    this.#cases = options.cases ?? [];
  }

  protected requirements(): Readonly<Record<string, Requirement>> {
    const each = (check: MetricCheck): Requirement => async (site) => (await this.#each(site, check)).end();
    return {
      "every hook returns, for a batch of one and for odd sizes": async (site) => (await this.#each(site, callAll, true)).demandNone(),
      "nothing is drawn by Math.random": async (site: Site) => {
        await this.#each(site, callAll, true);
        site.demand(site.drew === undefined, `Math.random was called in ${site.drew}`, "a result that the observations decide");
      },
      "results are plain JSON, from the first step on and before it": each(checkResults),
      "the primary key is in every result": each(checkPrimary),
      "asking for the result changes nothing": each(checkAsking),
      "observations stay as they are and are not kept": each(checkObservations),
      "it goes on after a checkpoint at any step": each(checkState),
      "outputs that are missing are named or passed over": each(checkMissing),
    };
  }

  protected override async demandTellingCases(test: TestSite): Promise<void> {
    const { primary } = await this.make(this.#cases[0]?.options ?? this.optionSets[0] ?? {});
    demandTellingMetricCases(test, this.#cases, primary.key);
  }

  protected override caseChecks(): Readonly<Record<string, Requirement>> {
    const checksByName = this.#cases.map((one): [string, Requirement] => [
      one.name,
      async (site) => {
        const fresh = [await this.make(one.options ?? {}), await this.make(one.options ?? {})];
        checkMetricCase(site, this.testSite, () => fresh.pop()!, one);
      },
    ]);
    return Object.fromEntries(checksByName);
  }

  /**
   * Calls `check` for each set of options and each phase that the metric takes part in, with the steps that it can
   * observe; with all of them when `all`.
   */
  async #each(site: Site, check: MetricCheck, all = false): Promise<Attempts> {
    const attempts = new Attempts(site);
    for (const options of this.optionSets) {
      const { phases } = await this.make(options);
      for (const phase of phases) {
        const [probe, ...fresh] = (await Promise.all(Array.from({ length: 2 * sizes.length + 3 }, () => this.make(options)))) as [Metric, ...Metric[]];
        const steps = observations(probe, phase, this.#classes);
        attempts.attempt(() => check(site, all ? steps : observable(site, probe, steps), () => fresh.pop()!, phase));
      }
    }
    return attempts;
  }
}

/** A check of a metric with the steps of one phase. `make` gives fresh instances. */
type MetricCheck = (site: Site, steps: readonly StepObservation[], make: () => Metric, phase: MetricPhase) => void;

/** The steps that the metric can observe. Throws HookThrew when there is none. */
function observable(site: Site, probe: Metric, steps: readonly StepObservation[]): readonly StepObservation[] {
  const attempts = new Attempts(site);
  const kept = steps.filter((step) => attempts.attempt(() => observe(site, probe, structuredClone(step))));
  attempts.end();
  return kept;
}

/** Calls every hook with every step. */
function callAll(site: Site, steps: readonly StepObservation[], make: () => Metric): void {
  const metric = make();
  site.calls("result", "no observation", () => metric.result());
  for (const step of steps) {
    observe(site, metric, step);
    site.calls("result", `step ${step.step}`, () => metric.result());
    const state = site.calls("save", `step ${step.step}`, () => metric.save?.());
    if (state !== undefined) site.calls("restore", `step ${step.step}`, () => metric.restore?.(state));
  }
}

/** The results before the first step and after each one. */
function* resultsOf(site: Site, steps: readonly StepObservation[], metric: Metric, phase: MetricPhase): Generator<readonly [string, ReturnType<Metric["result"]>]> {
  for (const [place, step] of [undefined, ...steps].entries()) {
    if (step !== undefined) observe(site, metric, step);
    const where = `${place} observations of ${phase}`;
    yield [where, site.calls("result", where, () => metric.result())];
  }
}

function checkResults(site: Site, steps: readonly StepObservation[], make: () => Metric, phase: MetricPhase): void {
  for (const [where, result] of resultsOf(site, steps, make(), phase)) {
    const problem = jsonProblem(result);
    site.demand(problem === undefined, `after ${where} the result is not plain JSON: ${problem}`, "JSON without NaN: what does not exist yet is null");
  }
}

function checkPrimary(site: Site, steps: readonly StepObservation[], make: () => Metric, phase: MetricPhase): void {
  const metric = make();
  const { key } = metric.primary;
  for (const [where, result] of resultsOf(site, steps, metric, phase)) {
    site.demand(key in result, `after ${where} the result lacks its primary key ${key}`, "the key that compares runs, null while it has no value");
  }
}

function checkAsking(site: Site, steps: readonly StepObservation[], make: () => Metric): void {
  const [asked, silent] = [make(), make()];
  for (const step of steps) {
    observe(site, asked, step);
    const first = asked.result();
    site.demand(sameJson(first, asked.result()), `asking twice after step ${step.step} gives two results`, "a result that asking does not change");
    observe(site, silent, step);
  }
  site.demand(sameJson(asked.result(), silent.result()), "two instances that saw the same give different results", "the same results, however often they were asked");
}

function checkObservations(site: Site, steps: readonly StepObservation[], make: () => Metric): void {
  const [metric, reference] = [make(), make()];
  for (const step of steps) {
    const own = structuredClone(step);
    observe(site, metric, own);
    site.demand(sameObservation(own, step), "observe changed the arrays that it was given", "arrays that stay as they are");
    observe(site, reference, step);
    // The trainer may use its arrays again.
    overwrite(own);
  }
  site.demand(
    sameJson(metric.result(), reference.result()),
    "the result changes when the arrays of past observations do",
    "a metric that copies what it keeps",
  );
}

function checkState(site: Site, steps: readonly StepObservation[], make: () => Metric, phase: MetricPhase): void {
  const straight = make();
  site.demand((straight.save === undefined) === (straight.restore === undefined), "only one of save and restore is there", "both or neither");
  if (straight.save === undefined) {
    site.demand(phase !== "training", "it observes training and saves nothing", "save and restore: a run may be interrupted in the middle of an epoch");
    return;
  }
  steps.forEach((step) => observe(site, straight, step));
  const expected = straight.result();
  for (let cut = 0; cut < steps.length; cut += 1) {
    const [before, after] = [make(), make()];
    steps.slice(0, cut).forEach((step) => observe(site, before, step));
    const state = site.calls("save", `step ${cut}`, () => before.save!());
    const problem = jsonProblem(state);
    site.demand(problem === undefined, `what it saves is not plain JSON: ${problem}`, "plain JSON");
    site.calls("restore", `step ${cut}`, () => after.restore!(throughJson(state)));
    steps.slice(cut).forEach((step) => observe(site, after, step));
    const found = after.result();
    site.demand(
      sameJson(found, expected),
      `saved and restored after ${cut} observations it ends with ${JSON.stringify(found)}`,
      `the result without interruption: ${JSON.stringify(expected)}`,
    );
  }
}

function checkMissing(site: Site, steps: readonly StepObservation[], make: () => Metric): void {
  const metric = make();
  observe(site, metric, steps[0]!);
  try {
    metric.observe({ ...steps[0]!, views: {} });
  } catch (cause) {
    site.demand(isKdfError(cause), `observe threw without its outputs: ${String(cause)}`, "KDF_OBSERVATION_INCOMPLETE, or nothing");
    return;
  }
  const problem = jsonProblem(metric.result());
  site.demand(problem === undefined, `after a step without outputs the result is not plain JSON: ${problem}`, "JSON without NaN");
}

function observe(site: Site, metric: Metric, step: StepObservation): void {
  site.calls("observe", `step ${step.step}`, () => metric.observe(step));
}

/** What a phase shows, as far as the metric reads it. A model under evaluation stands in the student's place. */
function observations(metric: Metric, phase: MetricPhase, classes: number): readonly StepObservation[] {
  const stream = createStreams(3).at("conformance-observations");
  const outputs = (rows: number): ObservedOutputs => ({
    logits: { rows, columns: classes, data: Float32Array.from({ length: rows * classes }, () => 3 * stream.normal()) },
  });
  const roles = { training: ["teacher", "student"], evaluation: ["student"], ranking: ["teacher", "student"] } as const;
  const views = phase === "evaluation" ? ["original"] : ["original", "augmented"];
  return sizes.map((rows, step) => ({
    views: Object.fromEntries(
      views.map((view) => [
        view,
        Object.fromEntries(roles[phase].filter((role) => metric.reads.includes(role)).map((role) => [role, outputs(rows)])),
      ]),
    ),
    labels: Int32Array.from({ length: rows }, () => stream.integer(classes)),
    indices: Int32Array.from(stream.choose(100, rows)),
    epoch: Math.floor(step / 6),
    step: step % 6,
  }));
}

function matrices(step: StepObservation): readonly Matrix[] {
  return Object.values(step.views).flatMap(({ student, teacher }) => [student, teacher].flatMap((part) => (part === undefined ? [] : [part.logits])));
}

function sameObservation(a: StepObservation, b: StepObservation): boolean {
  const arrays = (step: StepObservation): readonly ArrayLike<number>[] => [step.labels, step.indices, ...matrices(step).map(({ data }) => data)];
  const others = arrays(b);
  return arrays(a).every((values, place) => sameValues(values, others[place]!));
}

function overwrite(step: StepObservation): void {
  step.labels.fill(0);
  step.indices.fill(0);
  for (const { data } of matrices(step)) data.fill(-7);
}
