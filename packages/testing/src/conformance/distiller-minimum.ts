import type { Distiller, DistillerSubject, TensorLike } from "@kdf/core";
import { createStreams, disposeAll, floats, readNow } from "@kdf/tensor";
import type { TestSite } from "../cases/weakness.js";
import type { Site } from "./check.js";
import { lossesOf } from "./distiller-checks.js";
import { disposePrepared, DistillerStep } from "./distiller-step.js";

/** Of each term its value when the student's outputs are the teacher's, which is its least; or why it has none there. */
export type Minimum = Readonly<Record<string, number | string>>;

const tolerance = 1e-5;

export function demandMinimum(test: TestSite, minimum: Minimum, terms: readonly string[]): void {
  const missing = terms.filter((term) => !(term in minimum));
  test.demand(missing.length === 0, `nothing is said of the minimum of ${missing.join(", ")}`, "minimum: each term's value when the student's outputs are the teacher's, or why it is not least there");
  const unknown = Object.keys(minimum).filter((term) => !terms.includes(term));
  test.demand(unknown.length === 0, `a minimum is given of ${unknown.join(", ")}, which no stage has`, `terms among ${terms.join(", ")}`);
  const curt = Object.entries(minimum).filter(([, value]) => typeof value === "string" && value.trim().split(/\s+/).length < 3);
  test.demand(curt.length === 0, `no reason is given for ${curt.map(([term]) => term).join(", ")}`, "a reason in words");
}

/** `subject` has a teacher of the student's description. */
export function checkMinimum(site: Site, distiller: Distiller, subject: DistillerSubject, minimum: Minimum): void {
  const prepared = site.calls("prepare", "a teacher like the student", () => distiller.prepare(subject));
  for (const stage of prepared.stages) {
    const numbered = stage.losses.filter((term) => typeof minimum[term] === "number");
    const step = new DistillerStep(subject, prepared, stage, 3, { equalModels: true });
    const valuesAt = (): ReadonlyMap<string, number> => {
      const terms = lossesOf(site, { prepared, step, where: `stage ${stage.id}` });
      const values = new Map(numbered.map((term) => [term, terms[term] === undefined ? Number.NaN : readNow(terms[term])[0]!]));
      disposeAll(terms as Record<string, TensorLike>);
      return values;
    };
    const least = valuesAt();
    for (const term of numbered) {
      const [found, expected] = [least.get(term)!, minimum[term] as number];
      const close = Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected));
      site.demand(close, `${term} is ${found} when the student's outputs are the teacher's`, `${expected}, its minimum as declared`);
    }
    const risen = new Set<string>();
    for (const [attempt, length] of [0.01, 0.1, 1, 3].entries()) {
      moveStudent(step, attempt, length);
      for (const [term, value] of valuesAt()) {
        const rise = value - least.get(term)!;
        site.demand(rise >= -tolerance, `${term} falls by ${-rise} when the student leaves the teacher`, "a minimum where both are equal");
        if (rise > tolerance) risen.add(term);
      }
    }
    const flat = numbered.filter((term) => !risen.has(term));
    site.demand(flat.length === 0, `${flat.join(", ")} stays the same when the student leaves the teacher`, "a term that grows");
    step.dispose();
  }
  disposePrepared(prepared);
}

/** Adds noise to the student's outputs, whether or not they train. */
export function moveStudent(step: DistillerStep, seed: number, length: number): void {
  const stream = createStreams(11).at("conformance-move", { step: seed });
  for (const [name, parameter] of step.outputs) {
    if (!name.includes(".student.")) continue;
    const moved = floats(Array.from(readNow(parameter.value), (value) => value + length * stream.normal()), parameter.shape);
    parameter.assign(moved);
    moved.dispose();
  }
}
