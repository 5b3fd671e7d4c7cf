import { isKdfError, type Matrix, type Metric, type MetricPhase, type ObservedOutputs, type Plugin, type StepObservation } from "@kdf/core";
import { createStreams } from "@kdf/tensor";
import type { Site } from "./check.js";
import { jsonProblem, sameJson, throughJson } from "./plain-json.js";
import { sameValues } from "./snapshot.js";
import { Tester, type TesterOptions } from "./tester.js";

export interface MetricTesterOptions extends TesterOptions {
  /** Classes of the logits that it is shown; 6 unless given. */
  readonly classes?: number;
}

/** Rows of the batches that it is shown: full ones, an odd one, one of a single image. */
const sizes = [8, 8, 5, 1, 8, 8, 8, 3, 8, 8, 8, 8];

/** Checks a metric: results are JSON, depend on the observations alone, and survive a checkpoint at any step. */
export class MetricTester extends Tester<"metric"> {
  readonly #classes: number;

  constructor(plugin: Plugin, id: string, options: MetricTesterOptions = {}) {
    super("metric", plugin, id, options);
    this.#classes = options.classes ?? 6;
  }

  protected requirements(): Readonly<Record<string, (site: Site) => Promise<void>>> {
    return {
      "results are plain JSON with the primary key, from the first step on and before it": (site) =>
        this.#each((...at) => checkResults(site, ...at)),
      "results depend on the observations alone": (site) => this.#each((steps, make) => checkRepetition(site, steps, make)),
      "observations stay as they are and are not kept": (site) => this.#each((steps, make) => checkObservations(site, steps, make)),
      "it goes on after a checkpoint at any step": (site) => this.#each((...at) => checkState(site, ...at)),
      "outputs that are missing are named or passed over": (site) => this.#each((steps, make) => checkMissing(site, steps, make)),
    };
  }

  /** Calls `check` for each set of options and each phase that the metric takes part in. */
  async #each(check: (steps: readonly StepObservation[], make: () => Metric, phase: MetricPhase) => void): Promise<void> {
    for (const options of this.optionSets) {
      const { phases } = await this.make(options);
      for (const phase of phases) {
        const fresh = await Promise.all(Array.from({ length: 2 * sizes.length + 2 }, () => this.make(options)));
        check(observations(fresh[0]!, phase, this.#classes), () => fresh.pop()!, phase);
      }
    }
  }
}

function checkResults(site: Site, steps: readonly StepObservation[], make: () => Metric, phase: MetricPhase): void {
  const metric = make();
  const { key } = metric.primary;
  for (const [place, step] of [undefined, ...steps].entries()) {
    if (step !== undefined) observe(site, metric, step);
    const where = `${place} observations of ${phase}`;
    const result = site.calledWithoutMathRandom("result", where, () => metric.result());
    const problem = jsonProblem(result);
    site.demand(problem === undefined, `after ${where} the result is not plain JSON: ${problem}`, "JSON without NaN: what does not exist yet is null");
    site.demand(key in result, `after ${where} the result lacks its primary key ${key}`, "the key that compares runs, null while it has no value");
    site.demand(sameJson(result, metric.result()), `asking twice after ${where} gives two results`, "a result that asking does not change");
  }
}

function checkRepetition(site: Site, steps: readonly StepObservation[], make: () => Metric): void {
  const [asked, silent] = [make(), make()];
  for (const step of steps) {
    observe(site, asked, step);
    asked.result();
    observe(site, silent, step);
  }
  site.demand(sameJson(asked.result(), silent.result()), "two instances that saw the same give different results", "the same results");
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
  for (let cut = 0; cut < steps.length; cut += 1) {
    const [before, after] = [make(), make()];
    steps.slice(0, cut).forEach((step) => observe(site, before, step));
    const state = before.save!();
    const problem = jsonProblem(state);
    site.demand(problem === undefined, `what it saves is not plain JSON: ${problem}`, "plain JSON");
    after.restore!(throughJson(state));
    steps.slice(cut).forEach((step) => observe(site, after, step));
    site.demand(
      sameJson(after.result(), straight.result()),
      `saved and restored after ${cut} observations it ends with ${JSON.stringify(after.result())}`,
      `the result without interruption: ${JSON.stringify(straight.result())}`,
    );
  }
}

function checkMissing(site: Site, steps: readonly StepObservation[], make: () => Metric): void {
  const metric = make();
  try {
    metric.observe({ ...steps[0]!, views: {} });
  } catch (cause) {
    site.demand(isKdfError(cause), `observe threw without its outputs: ${String(cause)}`, "KDF_OBSERVATION_INCOMPLETE, or nothing");
    return;
  }
  const problem = jsonProblem(metric.result());
  site.demand(problem === undefined, `without outputs the result is not plain JSON: ${problem}`, "JSON without NaN");
}

function observe(site: Site, metric: Metric, step: StepObservation): void {
  site.calledWithoutMathRandom("observe", `step ${step.step}`, () => metric.observe(step));
}

/** What a phase shows, as far as the metric reads it. A model under evaluation stands in the student's place. */
function observations(metric: Metric, phase: MetricPhase, classes: number): readonly StepObservation[] {
  const stream = createStreams(3).at("conformance-observations");
  const outputs = (rows: number): ObservedOutputs => ({
    logits: { rows, columns: classes, data: Float32Array.from({ length: rows * classes }, () => 3 * stream.normal()) },
  });
  const roles = { training: ["teacher", "student"], evaluation: ["student"], ranking: ["teacher"] } as const;
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
