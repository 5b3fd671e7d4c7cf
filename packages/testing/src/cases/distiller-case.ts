import type { Distiller, DistillerSubject, ModelDescription, ModelOutputs, Role, TensorLike, Views } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, readNow } from "@kdf/tensor";
import type { Site } from "../conformance/check.js";
import { lossesOf } from "../conformance/distiller-checks.js";
import { disposePrepared } from "../conformance/distiller-step.js";
import type { OptionSet } from "../conformance/option-checks.js";
import { close, numbersOf, shapeOf, type Nested } from "./nested.js";
import type { TestSite } from "./weakness.js";

/** Logits [B][K], or these and taps [B]…. */
export type CaseModelOutputs = Nested | { readonly logits: Nested; readonly taps: Readonly<Record<string, Nested>> };

export interface CaseViewOutputs {
  readonly student?: CaseModelOutputs;
  readonly teacher?: CaseModelOutputs;
}

/** What the models give for one batch, and the terms that must come of it. */
export interface DistillerCase extends CaseViewOutputs {
  readonly name: string;
  readonly options?: OptionSet;
  /** The first stage unless given. */
  readonly stage?: string;
  /** [B] */
  readonly labels: readonly number[];
  /** Outputs on other views than the original. */
  readonly views?: Readonly<Record<string, CaseViewOutputs>>;
  /** Raw terms, worked out by hand. Others may be there. */
  readonly expected: Readonly<Record<string, number>>;
  /** How far a term may be from the expected one, absolute below 1 and relative above; 1e-5 unless given. */
  readonly tolerance?: number;
}

export function demandTellingDistillerCases(test: TestSite, cases: readonly DistillerCase[]): void {
  test.demand(cases.length > 0, "there is no case", "cases: outputs of the models and the terms that they give, worked out by hand");
  test.demandDifferent(cases, ({ name: _, expected: _expected, tolerance: _tolerance, ...input }) => input);
  for (const { name, expected } of cases) {
    test.demand(Object.keys(expected).length > 0, `the case "${name}" expects no term`, "the value of a term");
    test.demand(Object.values(expected).every(Number.isFinite), `the case "${name}" expects a term that is no number`, "numbers");
  }
}

/** `base` gives what the case does not say: input and taps. */
export function checkDistillerCase(site: Site, test: TestSite, distiller: Distiller, base: DistillerSubject, one: DistillerCase): void {
  const subject = subjectOfCase(base, one);
  const prepared = site.calls("prepare", "its models", () => distiller.prepare(subject));
  const stage = prepared.stages.find(({ id }) => one.stage === undefined || id === one.stage);
  test.demand(stage !== undefined, `the case "${one.name}" is of the stage ${one.stage}, which does not exist`, `a stage among ${prepared.stages.map(({ id }) => id).join(", ")}`);
  const evaluate = (moved: number): ReadonlyMap<string, number> => {
    const views = viewsOf(one, moved);
    const rows = { labels: Int32Array.from(one.labels), indices: Int32Array.from(one.labels.keys()) };
    const context = {
      labels: integers(rows.labels, [rows.labels.length]),
      indices: integers(rows.indices, [rows.indices.length]),
      rows,
      state: prepared.state,
      stage: stage.id,
      epoch: 0,
      step: 0,
      position: { stage: prepared.stages.indexOf(stage), epoch: 0, step: 0 },
    };
    const terms = lossesOf(site, { prepared, step: { views, context }, where: "its outputs" });
    const values = new Map(Object.entries(terms).map(([name, term]) => [name, readNow(term)[0]!]));
    disposeAll([terms as Record<string, TensorLike>, views as never, context.labels, context.indices]);
    return values;
  };
  try {
    const { tolerance = 1e-5, expected } = one;
    const [found, moved] = [evaluate(0), evaluate(0.3)];
    for (const [term, value] of Object.entries(expected)) {
      site.demand(close([found.get(term) ?? Number.NaN], [value], tolerance), `${term} is ${found.get(term) ?? "missing"}`, `${value}`);
      test.demand(!close([moved.get(term)!], [value], tolerance), `the case "${one.name}" also finds ${term} right for other outputs of the student`, "outputs that the term depends on, and a narrow tolerance");
    }
  } finally {
    disposePrepared(prepared);
  }
}

const viewsGiven = ({ student, teacher, views = {} }: DistillerCase): Readonly<Record<string, CaseViewOutputs>> => ({
  ...(student !== undefined || teacher !== undefined ? { original: { ...(student !== undefined && { student }), ...(teacher !== undefined && { teacher }) } } : {}),
  ...views,
});

const partsOf = (outputs: CaseModelOutputs): { readonly logits: Nested; readonly taps: Readonly<Record<string, Nested>> } =>
  typeof outputs === "object" && "logits" in outputs ? outputs : { logits: outputs, taps: {} };

function subjectOfCase(base: DistillerSubject, one: DistillerCase): DistillerSubject {
  const given = viewsGiven(one);
  const describe = (role: Role, description: ModelDescription | undefined): ModelDescription | undefined => {
    const outputs = Object.values(given).flatMap((view) => (view[role] === undefined ? [] : [partsOf(view[role])]))[0];
    if (outputs === undefined || description === undefined) return undefined;
    const taps = Object.fromEntries(Object.entries(outputs.taps).map(([tap, values]) => [tap, shapeOf(values).slice(1)]));
    return { ...description, classes: shapeOf(outputs.logits)[1] ?? 0, taps: { ...description.taps, ...taps } };
  };
  const { teacher: _, ...rest } = base;
  const [teacher, student = base.student] = [describe("teacher", base.teacher), describe("student", base.student)];
  return {
    ...rest,
    ...(teacher !== undefined && { teacher }),
    student,
    dataset: { ...base.dataset, classes: Array.from({ length: student.classes }, (_name, label) => `class ${label}`) },
    augmented: "augmented" in given,
  };
}

/** `moved` is how much noise is added to the student's outputs. */
function viewsOf(one: DistillerCase, moved: number): Views {
  const stream = createStreams(12).at("case");
  const tensor = (values: Nested, noise: number): TensorLike => floats(numbersOf(values).map((value) => value + noise * stream.normal()), shapeOf(values));
  const outputs = (given: CaseModelOutputs, noise: number): ModelOutputs => {
    const { logits, taps } = partsOf(given);
    return { logits: tensor(logits, noise), taps: Object.fromEntries(Object.entries(taps).map(([tap, values]) => [tap, tensor(values, noise)])) };
  };
  return Object.fromEntries(
    Object.entries(viewsGiven(one)).map(([view, { student, teacher }]) => [
      view,
      { ...(student !== undefined && { student: outputs(student, moved) }), ...(teacher !== undefined && { teacher: outputs(teacher, 0) }) },
    ]),
  );
}
